// The metadata of one Zarr v3 array: what its zarr.json says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "zarr/data_type.h"

namespace vdp::zarr {

/// A codec by its Zarr v3 name: {"bytes", {"endian": "little"}}, {"numcodecs.zlib", {"level": 4}}.
struct Codec {
  std::string name;
  Json configuration = Json::object();
};
bool same_codec(const Codec& a, const Codec& b);

using Shape = std::vector<std::uint64_t>;

struct ArrayMetadata {
  Shape shape;
  DataType data_type;
  Shape chunk_shape;  ///< one edge per dimension, each at least 1
  Json fill_value;    ///< as in zarr.json: a number, "NaN", base64 text, ...
  std::vector<Codec> codecs;
  /// One per dimension, an unnamed dimension has none; empty where the array names no dimension at all.
  std::vector<std::optional<std::string>> dimension_names;
  Json attributes = Json::object();

  std::size_t rank() const { return shape.size(); }
  /// Number of chunks along each dimension: ceil(length / edge).
  Shape grid_shape() const;
  /// Position of a dimension by name.
  std::optional<std::size_t> dimension(const std::string& name) const;
};

/// Attributes as they are stored: JSON without NaN or infinity (they become strings; see replace_non_finite).
Json to_json(const ArrayMetadata& metadata);
/// zarr.json of an array; key encoding is `default` with '/'.
std::string zarr_json(const ArrayMetadata& metadata);
/// zarr.json of a group.
std::string zarr_json_group(const Json& attributes);

/// Only regular chunk grids; anything else is `unsupported`, named.
Result<ArrayMetadata> parse_array_metadata(const Json& document);

}  // namespace vdp::zarr
