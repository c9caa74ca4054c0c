// Item: one file of a partition, as the plan has it and as a worker is given it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json_fwd.h"
#include "dataset/granule.h"
#include "dataset/time_units.h"

namespace vdp::backfill {

struct Item {
  std::uint64_t index = 0;  ///< among those of its partition
  Granule granule;
  std::uint64_t slot = 0;  ///< its first one
  /// Of a growing axis: the values of its slots, in the store's units. Workers do not need them.
  std::vector<dataset::Number> values;
};

/// {"index", "key", "size", "etag", "modified_us", "slot"}, and "values" where there are any.
Json to_json(const Item& item);
/// `prefix`: of the source, which the URI is made of.
Result<Item> parse_item(const Json& value, const std::string& prefix);
Result<std::vector<Item>> parse_items(const Json& array, const std::string& prefix);

}  // namespace vdp::backfill
