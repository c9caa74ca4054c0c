// One element of a dataset or attribute as a JSON value.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/json_fwd.h"
#include "formats/hdf5/datatype.h"

namespace vdp::hdf5 {

/// Integers, floats, booleans, fixed strings (UTF-8, without their padding), bit fields and enumerations (their
/// number). Other types, and text that is not UTF-8, are `unsupported`, named. `bytes` has the type's size.
Result<Json> element_value(const Datatype& type, ByteView bytes);

/// A number's bytes as an integer, in the type's byte order; sizes up to 8.
std::uint64_t unsigned_value(const Datatype& type, ByteView bytes);
std::int64_t signed_value(const Datatype& type, ByteView bytes);
/// An IEEE number of 2, 4 or 8 bytes.
double float_value(const Datatype& type, ByteView bytes);

/// Whether integers of the type use all of their bits and fit 64.
bool is_plain_integer(const Datatype& type);

/// A fixed string without its padding.
std::string_view fixed_text(const Datatype& type, ByteView bytes);

}  // namespace vdp::hdf5
