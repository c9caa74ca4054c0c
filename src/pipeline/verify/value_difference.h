// Where two equal boxes of values first differ.
#pragma once

#include <optional>
#include <string>

#include "pipeline/verify/array_region.h"

namespace vdp {

struct ValueDifference {
  std::string found;     ///< "7 at (3, 0)", with the element's index in the whole array
  std::string expected;  ///< "8"
};

/// Compares elements of `type` (little-endian, C order) that fill `region`, bit by bit: a NaN equals itself.
std::optional<ValueDifference> first_difference(const zarr::DataType& type, const ArrayRegion& region,
                                                const Bytes& found, const Bytes& expected);

}  // namespace vdp
