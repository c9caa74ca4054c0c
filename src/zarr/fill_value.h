// What the missing parts of an array read as, between its JSON form and its bytes.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/json_fwd.h"
#include "zarr/data_type.h"

namespace vdp::zarr {

/// One element, little-endian and size_bytes wide (empty for `string`), from `fill_value` of zarr.json: numbers,
/// "NaN" / "Infinity" / "-Infinity" / "0x7fc00000" for floats, pairs for complex numbers, base64 for bytes, text for
/// `string` and fixed_utf32, "NaT" or an integer for datetime64, an object by field for structures. `corrupt` where the
/// value is not one of the type.
Result<Bytes> fill_element(const DataType& type, const Json& fill_value);

/// The inverse: the form that zarr-python writes, of one little-endian element of size_bytes. Trailing NULs of
/// fixed_bytes and fixed_utf32 are padding and left out. "" for `string`.
Result<Json> fill_value_of(const DataType& type, ByteView element);

/// The default of a type: zero, false, "", NaT.
Json default_fill_value(const DataType& type);

}  // namespace vdp::zarr
