#include "formats/netcdf3/record_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "formats/netcdf3/text.h"

namespace vdp::netcdf3 {
namespace {

/// One record, seen from the first byte of the first slice.
struct Record {
  std::uint64_t variables = 0;
  std::uint64_t begin = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t padded_bytes = 0;    ///< sum over all slices
  std::uint64_t unpadded_bytes = 0;  ///< likewise
  std::uint64_t end = 0;             ///< of the last value of the first record, in the file
};

Failure too_large(const Variable& variable) {
  return corrupt(fmt::format("variable {}: found more than 2^63 bytes of values", shown(variable.name)));
}

Result<Record> first_record(const Header& header) {
  constexpr std::uint64_t max_bytes = std::numeric_limits<std::int64_t>::max();
  Record record;
  for (const Variable& variable : header.variables) {
    if (!header.is_record_variable(variable)) continue;
    VDP_ASSIGN(const std::uint64_t bytes, slice_bytes(header, variable));
    if (bytes > max_bytes - record.padded_bytes - alignment_bytes) return too_large(variable);
    ++record.variables;
    record.begin = std::min(record.begin, variable.begin);
    record.padded_bytes += padded(bytes);
    record.unpadded_bytes += bytes;
    record.end = std::max(record.end, variable.begin + bytes);
  }
  return record;
}

/// As many records as have all their values in the file. The padding behind the last slice may be missing.
std::uint64_t count_records(const Record& record, std::uint64_t stride_bytes, std::uint64_t file_size) {
  if (stride_bytes == 0 || file_size < record.end) return 0;
  return (file_size - record.end) / stride_bytes + 1;
}

}  // namespace

Result<std::uint64_t> slice_bytes(const Header& header, const Variable& variable) {
  std::uint64_t bytes = size_bytes(variable.type);
  for (std::size_t axis = header.is_record_variable(variable) ? 1 : 0; axis < variable.dimensions.size(); ++axis) {
    const auto product = checked_multiply(bytes, header.dimensions[variable.dimensions[axis]].length);
    if (!product || *product > std::numeric_limits<std::int64_t>::max()) return too_large(variable);
    bytes = *product;
  }
  return bytes;
}

Result<RecordLayout> record_layout(const Header& header, std::uint64_t file_size) {
  VDP_ASSIGN(const Record record, first_record(header));
  RecordLayout layout;
  layout.is_single = record.variables == 1;
  layout.stride_bytes = layout.is_single ? record.unpadded_bytes : record.padded_bytes;
  if (record.variables != 0 && record.end - record.begin > layout.stride_bytes) {
    return corrupt(
        fmt::format("record variables: found slices from offset {} to {}, expected {} bytes at most, which "
                    "are one record",
                    record.begin, record.end, layout.stride_bytes));
  }
  layout.count = header.record_count ? *header.record_count : count_records(record, layout.stride_bytes, file_size);
  return layout;
}

}  // namespace vdp::netcdf3
