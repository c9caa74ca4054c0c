// Members of JSON objects that are made one by one.
#pragma once

#include <string>
#include <utility>

#include "base/json.h"

namespace vdp {

/// Adds a member whose name the object does not have. Not by operator[], which compares with every name before.
inline void append(Json& object, std::string name, Json value) {
  object.get_ref<Json::object_t&>().push_back({std::move(name), std::move(value)});
}

}  // namespace vdp
