// Parts of a zarr.json that several of its fields are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "zarr/array_metadata.h"

namespace vdp::zarr {

/// A value in a message; text that is no UTF-8 does not stop it.
std::string shown(const Json& value);

/// An extension of the specification: a name, or {"name": ..., "configuration": {...}}.
Result<Codec> parse_extension(const Json& value, std::string_view what);

/// One integer, at least `smallest`.
Result<std::uint64_t> parse_natural(const Json& value, std::string_view what, std::uint64_t smallest);
/// A list of them.
Result<Shape> parse_naturals(const Json& value, std::string_view what, std::uint64_t smallest);

/// One name or null per dimension; null for all is an empty list.
Result<std::vector<std::optional<std::string>>> parse_dimension_names(const Json& value, std::size_t rank);

/// The document is of an array in Zarr v3 and has its fields. What we do not know must be marked as not needed to
/// understand the array.
Status check_array_keys(const Json& document);

}  // namespace vdp::zarr
