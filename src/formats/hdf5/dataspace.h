// The dataspace message: the shape of a dataset or attribute ("IV.A.2.b").
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

struct Dataspace {
  bool is_null = false;  ///< no element at all; a scalar has one and rank 0
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> max_shape;  ///< as `shape`; all ones where a dimension is unlimited

  /// Number of elements; `corrupt` where it does not fit 64 bits.
  Result<std::uint64_t> element_count() const;
};

Result<Dataspace> decode_dataspace(const FileView& file, Cursor cursor);

}  // namespace vdp::hdf5
