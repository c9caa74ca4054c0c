// Fields of JSON that somebody else wrote: of the expected type, or as if they were not there. nlohmann's own value()
// throws where the type is another.
#pragma once

#include <string>

#include "base/json.h"

namespace vdp {

/// The text of a field; empty where there is none, or no text.
inline std::string text_field(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Whether the field is `true`.
inline bool is_set(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace vdp
