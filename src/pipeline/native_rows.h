// Values that are written along the axis as native chunks: rows of an array, collected over a batch and put into its
// chunks at once, so that a chunk is decoded and encoded once a batch and not once a granule.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "icechunk/repo/session.h"
#include "zarr/values.h"

namespace vdp {

/// Elements in C order: little-endian bytes, or the texts of a string array.
using NativeValues = std::variant<Bytes, std::vector<std::string>>;

/// Decodes all values of a small array; `limit` above `max_bytes`.
Result<NativeValues> read_values(const zarr::ArrayMetadata& metadata, const zarr::ChunkReader& read,
                                 std::uint64_t max_bytes);

/// Encodes one whole chunk of values.
Result<Bytes> encode_values(const zarr::ArrayMetadata& metadata, const NativeValues& values);

/// Rows [begin, begin + count) along dimension `axis_dimension`; `values` hold just these, all other dimensions whole.
struct RowPiece {
  std::uint64_t begin = 0;
  std::uint64_t count = 0;
  NativeValues values;
};

/// Writes the pieces into the session's chunks of the array. Only the axis dimension is divided into chunks. Later
/// pieces win. Rows of a touched chunk that no piece has keep what they held, or are fill.
Status write_rows(icechunk::Session& session, const std::string& path, std::size_t axis_dimension,
                  const std::vector<RowPiece>& pieces);

/// Rows [from, from + count) go to [to, to + count).
struct RowRun {
  std::uint64_t from = 0;
  std::uint64_t count = 0;
  std::uint64_t to = 0;
};

/// Moves rows up within the session's chunks of the array, which has its new length already. The runs come one after
/// the other, before and after, and none moves down. What comes to lie between them is fill; chunks before the first
/// row that moves are left alone.
Status move_rows(icechunk::Session& session, const std::string& path, std::size_t axis_dimension,
                 const std::vector<RowRun>& runs);

/// Reads rows [begin, end) of a native array of one dimension.
Result<NativeValues> read_rows(const icechunk::Session& session, const std::string& path, std::uint64_t begin,
                               std::uint64_t end);

}  // namespace vdp
