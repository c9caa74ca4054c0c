// Data types of Zarr v3 arrays, with the extension types that zarr-python registers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json_fwd.h"

namespace vdp::zarr {

struct Field;

/// The largest element that is read: one fixed-length string or structure.
constexpr std::uint32_t max_element_bytes = 1 << 24;

/// One element of an array. Byte order is not part of it: the `bytes` codec holds that.
struct DataType {
  enum class Kind {
    boolean,
    signed_integer,    ///< int8 ... int64
    unsigned_integer,  ///< uint8 ... uint64
    floating,          ///< float16, float32, float64
    complex,           ///< complex64, complex128
    fixed_bytes,       ///< zarr "null_terminated_bytes": size_bytes each, padded with NUL
    raw_bytes,         ///< zarr "raw_bytes" (r8, r16, ...): opaque bytes
    string,            ///< zarr "string": variable-length UTF-8; size_bytes is 0
    fixed_utf32,       ///< zarr "fixed_length_utf32": size_bytes is 4 times the number of code points
    structure,         ///< zarr "struct": fields one after the other, without padding
    datetime64,        ///< zarr "numpy.datetime64": `unit` and `scale_factor`
  };
  Kind kind = Kind::floating;
  std::uint32_t size_bytes = 8;
  std::vector<Field> fields;       ///< of a structure
  std::string unit;                ///< of datetime64: "s", "ns", ...
  std::uint32_t scale_factor = 1;  ///< of datetime64

  bool operator==(const DataType&) const;
  bool is_numeric() const;  ///< integers and floats: what an axis value can be
};

struct Field {
  std::string name;
  DataType type;
  bool operator==(const Field&) const = default;
};

inline bool DataType::operator==(const DataType& other) const {
  return kind == other.kind && size_bytes == other.size_bytes && fields == other.fields && unit == other.unit &&
         scale_factor == other.scale_factor;
}

DataType boolean();
DataType signed_integer(std::uint32_t size_bytes);
DataType unsigned_integer(std::uint32_t size_bytes);
DataType floating(std::uint32_t size_bytes);
DataType complex_number(std::uint32_t size_bytes);
DataType fixed_bytes(std::uint32_t size_bytes);
DataType raw_bytes(std::uint32_t size_bytes);
DataType string();

/// As `data_type` in zarr.json: "float32", or {"name": "null_terminated_bytes", "configuration": {"length_bytes": 3}}.
Json to_json(const DataType& type);
Result<DataType> parse_data_type(const Json& value);
/// For messages: "float32", "null_terminated_bytes[3]".
std::string describe(const DataType& type);

}  // namespace vdp::zarr
