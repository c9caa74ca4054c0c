// Where the values of record variables lie: records follow one another, each with a slice of every record variable.
#pragma once

#include <cstdint>

#include "formats/netcdf3/header.h"

namespace vdp::netcdf3 {

struct RecordLayout {
  std::uint64_t count = 0;         ///< of records
  std::uint64_t stride_bytes = 0;  ///< from one record to the next
  /// Whether there is one record variable only: its slices follow each other without padding.
  bool is_single = false;
};

/// Bytes of a variable's values; of a record variable, of one slice. `corrupt` where they do not fit 64 bits.
Result<std::uint64_t> slice_bytes(const Header& header, const Variable& variable);

/// The record count of a header that does not tell it is how many records the file has room for. `corrupt` where slices
/// of one record would reach into the next. What lies beyond the end of the file is not looked at.
Result<RecordLayout> record_layout(const Header& header, std::uint64_t file_size);

}  // namespace vdp::netcdf3
