// Attributes as JSON: texts, numbers and lists of numbers.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "formats/memory_budget.h"
#include "formats/netcdf3/header.h"

namespace vdp::netcdf3 {

struct AttributeValues {
  Json values = Json::object();  ///< by name, in the file's order
  std::vector<std::string>
      lost;  ///< "attribute x: reason", of those that JSON cannot hold or that have a former one's name
};

/// Characters are a text: without the NULs behind it, and with U+FFFD for what is not UTF-8, as old files are often in
/// Latin-1. One number is a number, none or several are a list.
Result<AttributeValues> attribute_values(const std::vector<Attribute>& attributes, MemoryBudget& budget);

}  // namespace vdp::netcdf3
