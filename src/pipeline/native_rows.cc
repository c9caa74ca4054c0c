#include "pipeline/native_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "base/checked.h"
#include "zarr/codec_pipeline.h"

namespace vdp {
namespace {

/// How rows lie in memory: `outer` blocks, each with the rows one after the other, each row of `row` units. A unit is a
/// byte, or a text of a string array.
struct RowLayout {
  std::uint64_t outer = 1;
  std::uint64_t row = 1;
};

Result<RowLayout> row_layout(const zarr::ArrayMetadata& metadata, std::size_t axis_dimension) {
  const std::span<const std::uint64_t> shape = metadata.shape;
  const auto outer = checked_product(shape.first(axis_dimension));
  const auto inner = checked_product(shape.subspan(axis_dimension + 1));
  const std::uint64_t unit =
      metadata.data_type.kind == zarr::DataType::Kind::string ? 1 : metadata.data_type.size_bytes;
  const auto row = inner ? checked_multiply(*inner, unit) : std::nullopt;
  if (!outer || !row) return over_limit("a row of the array overflows 64 bits");
  return RowLayout{*outer, *row};
}

/// Copies `count` rows between two blocks of rows that hold `from_rows` and `to_rows` each.
template <typename Items>
void copy_rows(const RowLayout& layout, const Items& from, std::uint64_t from_rows, std::uint64_t from_begin, Items& to,
               std::uint64_t to_rows, std::uint64_t to_begin, std::uint64_t count) {
  for (std::uint64_t block = 0; block < layout.outer; ++block) {
    const auto source = from.begin() + static_cast<std::ptrdiff_t>((block * from_rows + from_begin) * layout.row);
    const auto target = to.begin() + static_cast<std::ptrdiff_t>((block * to_rows + to_begin) * layout.row);
    std::copy_n(source, count * layout.row, target);
  }
}

/// The metadata of one chunk seen as an array of its own.
zarr::ArrayMetadata as_chunk(const zarr::ArrayMetadata& metadata) {
  zarr::ArrayMetadata chunk = metadata;
  chunk.shape = metadata.chunk_shape;
  return chunk;
}

/// The values of one chunk, or fill where it is missing.
Result<NativeValues> read_chunk_values(const icechunk::Session& session, const std::string& path,
                                       const zarr::ArrayMetadata& metadata, const zarr::Shape& index) {
  const auto read = [&](const zarr::Shape&) { return session.read_chunk(path, index); };
  return read_values(as_chunk(metadata), read, std::uint64_t{1} << 30);
}

std::uint64_t size_of(const NativeValues& values) {
  return std::visit([](const auto& items) { return static_cast<std::uint64_t>(items.size()); }, values);
}

/// Puts the part of `piece` that lies in the chunk beginning at row `chunk_begin` into the chunk's values.
void overlay(const RowLayout& layout, const RowPiece& piece, std::uint64_t chunk_begin, std::uint64_t chunk_rows,
             NativeValues& chunk) {
  const std::uint64_t begin = std::max(piece.begin, chunk_begin);
  const std::uint64_t end = std::min(piece.begin + piece.count, chunk_begin + chunk_rows);
  if (begin >= end) return;
  std::visit(
      [&](auto& target) {
        const auto& source = std::get<std::decay_t<decltype(target)>>(piece.values);
        copy_rows(layout, source, piece.count, begin - piece.begin, target, chunk_rows, begin - chunk_begin,
                  end - begin);
      },
      chunk);
}

/// The chunks along the axis that the pieces touch.
std::set<std::uint64_t> touched_chunks(const std::vector<RowPiece>& pieces, std::uint64_t edge) {
  std::set<std::uint64_t> chunks;
  for (const RowPiece& piece : pieces) {
    if (piece.count == 0) continue;
    for (std::uint64_t chunk = piece.begin / edge; chunk <= (piece.begin + piece.count - 1) / edge; ++chunk) {
      chunks.insert(chunk);
    }
  }
  return chunks;
}

}  // namespace

Result<NativeValues> read_values(const zarr::ArrayMetadata& metadata, const zarr::ChunkReader& read,
                                 std::uint64_t max_bytes) {
  if (metadata.data_type.kind == zarr::DataType::Kind::string) {
    VDP_ASSIGN(NativeValues texts, zarr::read_strings(metadata, read, max_bytes));
    return texts;
  }
  VDP_ASSIGN(NativeValues elements, zarr::read_elements(metadata, read, max_bytes));
  return elements;
}

Result<Bytes> encode_values(const zarr::ArrayMetadata& metadata, const NativeValues& values) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&values))
    return zarr::encode_string_chunk(metadata, *texts);
  return zarr::encode_chunk(metadata, std::get<Bytes>(values));
}

Status write_rows(icechunk::Session& session, const std::string& path, std::size_t axis_dimension,
                  const std::vector<RowPiece>& pieces) {
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  VDP_ASSIGN(const auto layout, row_layout(metadata, axis_dimension));
  for (const RowPiece& piece : pieces) {
    if (size_of(piece.values) != layout.outer * layout.row * piece.count) {
      return internal(fmt::format("{}: {} values for {} rows", path, size_of(piece.values), piece.count));
    }
  }
  const std::uint64_t edge = metadata.chunk_shape[axis_dimension];
  for (const std::uint64_t chunk : touched_chunks(pieces, edge)) {
    zarr::Shape index(metadata.rank(), 0);
    index[axis_dimension] = chunk;
    VDP_ASSIGN_IN(path, auto values, read_chunk_values(session, path, metadata, index));
    for (const RowPiece& piece : pieces) overlay(layout, piece, chunk * edge, edge, values);
    VDP_ASSIGN_IN(path, auto encoded, encode_values(metadata, values));
    VDP_TRY(session.set_chunk(path, index, std::move(encoded)));
  }
  return {};
}

Result<NativeValues> read_rows(const icechunk::Session& session, const std::string& path, std::uint64_t begin,
                               std::uint64_t end) {
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  VDP_ASSIGN(const auto layout, row_layout(metadata, 0));
  const bool is_text = metadata.data_type.kind == zarr::DataType::Kind::string;
  NativeValues rows =
      is_text ? NativeValues(std::vector<std::string>(end - begin)) : NativeValues(Bytes((end - begin) * layout.row));
  const std::uint64_t edge = metadata.chunk_shape[0];
  for (std::uint64_t chunk = begin / edge; chunk * edge < end; ++chunk) {
    VDP_ASSIGN_IN(path, auto values, read_chunk_values(session, path, metadata, {chunk}));
    const RowPiece piece{chunk * edge, edge, std::move(values)};
    overlay(layout, piece, begin, end - begin, rows);
  }
  return rows;
}

}  // namespace vdp
