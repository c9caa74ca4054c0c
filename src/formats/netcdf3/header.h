// The header of a file of the classic formats, CDF-1, CDF-2 and CDF-5: what it declares, before anything is made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/decoded.h"
#include "formats/netcdf3/external_type.h"
#include "formats/netcdf3/header_cursor.h"

namespace vdp::netcdf3 {

struct Dimension {
  std::string_view name;
  std::uint64_t length = 0;  ///< 0: the record dimension
};

struct Attribute {
  std::string_view name;
  ExternalType type = ExternalType::int8;
  ByteView values;  ///< big-endian, without padding

  std::uint64_t count() const { return values.size() / size_bytes(type); }
};

struct Variable {
  std::string_view name;
  std::vector<std::uint32_t> dimensions;  ///< indices into Header::dimensions
  std::vector<Attribute> attributes;
  ExternalType type = ExternalType::int8;
  std::uint64_t begin = 0;  ///< where in the file its values begin; of a record variable, those of the first record
};

/// Names and values are views into the bytes that were decoded. Names are the file's: any bytes.
struct Header {
  std::uint8_t version = 1;                   ///< 1, 2 or 5
  std::optional<std::uint64_t> record_count;  ///< nothing: the writer had not written it yet ("STREAMING")
  std::vector<Dimension> dimensions;
  std::vector<Attribute> attributes;
  std::vector<Variable> variables;
  std::uint64_t end = 0;  ///< where in the file the header ends

  bool is_record_variable(const Variable& variable) const {
    return !variable.dimensions.empty() && dimensions[variable.dimensions.front()].length == 0;
  }
};

/// What such a file begins with.
constexpr std::string_view signature = "CDF";

/// `corrupt` where the header breaks the grammar of "NetCDF Classic Format Specification" or of its extension CDF-5,
/// names a type or dimension that is none, or has a record dimension where none may be. Sizes that variables declare
/// (`vsize`) are not used: writers saturate them.
Decoded<Header> decode_header(HeaderCursor& cursor);

}  // namespace vdp::netcdf3
