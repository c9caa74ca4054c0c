// Whole arrays as values, for coordinates and checks: small arrays only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "zarr/chunk_grid.h"
#include "zarr/codec_pipeline.h"

namespace vdp::zarr {

/// Fetches one chunk by its grid index; nothing where the chunk is missing and reads as fill.
using ChunkReader = std::function<Result<std::optional<Bytes>>(const Shape& index)>;

/// All elements of the array in C order, little-endian; missing chunks are fill, chunks that overhang the shape are
/// cut. `limit` when the array is larger than `max_bytes`. Not for string arrays.
Result<Bytes> read_elements(const ArrayMetadata& metadata, const ChunkReader& read, std::uint64_t max_bytes);
Result<Bytes> read_elements(const GriddedArray& array, const ChunkReader& read, std::uint64_t max_bytes);
Result<std::vector<std::string>> read_strings(const ArrayMetadata& metadata, const ChunkReader& read,
                                              std::uint64_t max_bytes);
Result<std::vector<std::string>> read_strings(const GriddedArray& array, const ChunkReader& read,
                                              std::uint64_t max_bytes);

/// Elements of a numeric type as doubles, or as integers. What would not be exact is `invalid`: integers beyond 2^53 as
/// doubles, floats with a fraction and integers beyond int64 as integers.
Result<std::vector<double>> as_doubles(const DataType& type, ByteView elements);
Result<std::vector<std::int64_t>> as_integers(const DataType& type, ByteView elements);

}  // namespace vdp::zarr
