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

constexpr std::uint64_t max_chunk_bytes = std::uint64_t{1} << 30;

/// The values of one chunk, or fill where it is missing.
Result<NativeValues> read_chunk_values(const icechunk::Session& session, const std::string& path,
                                       const zarr::ArrayMetadata& metadata, const zarr::Shape& index) {
  const auto read = [&](const zarr::Shape&) { return session.read_chunk(path, index); };
  return read_values(as_chunk(metadata), read, max_chunk_bytes);
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

namespace {

/// Puts together what chunks hold after rows have moved up, from the last one down: what a chunk is made of lies at or
/// below it, and is not yet written over.
class RowMover {
 public:
  RowMover(icechunk::Session& session, const std::string& path, const zarr::ArrayMetadata& metadata, std::size_t axis,
           const RowLayout& layout)
      : session_(session),
        path_(path),
        metadata_(metadata),
        axis_(axis),
        layout_(layout),
        edge_(metadata.chunk_shape[axis]) {}

  Status move(const std::vector<RowRun>& runs) {
    const bool begins_in_place = runs.front().from == runs.front().to;
    const std::uint64_t first_chunk = (begins_in_place ? runs.front().to + runs.front().count : 0) / edge_;
    for (std::uint64_t chunk = divide_up(metadata_.shape[axis_], edge_); chunk-- > first_chunk;) {
      VDP_ASSIGN_IN(path_, NativeValues values, moved_values(chunk, runs));
      VDP_ASSIGN_IN(path_, auto encoded, encode_values(metadata_, values));
      VDP_TRY(session_.set_chunk(path_, index_of(chunk), std::move(encoded)));
    }
    return {};
  }

 private:
  zarr::Shape index_of(std::uint64_t chunk) const {
    zarr::Shape index(metadata_.rank(), 0);
    index[axis_] = chunk;
    return index;
  }

  Result<NativeValues> moved_values(std::uint64_t chunk, const std::vector<RowRun>& runs) {
    const auto nothing = [](const zarr::Shape&) -> Result<std::optional<Bytes>> { return std::nullopt; };
    VDP_ASSIGN(NativeValues values, read_values(as_chunk(metadata_), nothing, max_chunk_bytes));
    const std::uint64_t begin = chunk * edge_;
    for (const RowRun& run : runs) {
      std::uint64_t row = std::max(begin, run.to);
      const std::uint64_t end = std::min(begin + edge_, run.to + run.count);
      while (row < end) {
        const std::uint64_t source_row = run.from + (row - run.to);
        const std::uint64_t source = source_row / edge_;
        const std::uint64_t count = std::min(end - row, (source + 1) * edge_ - source_row);
        VDP_TRY(load(source));
        copy(source_row - source * edge_, values, row - begin, count);
        row += count;
      }
    }
    return values;
  }

  Status load(std::uint64_t chunk) {
    if (loaded_ == chunk) return {};
    VDP_ASSIGN(source_, read_chunk_values(session_, path_, metadata_, index_of(chunk)));
    loaded_ = chunk;
    return {};
  }

  void copy(std::uint64_t from, NativeValues& values, std::uint64_t to, std::uint64_t count) const {
    std::visit(
        [&](auto& target) {
          copy_rows(layout_, std::get<std::decay_t<decltype(target)>>(source_), edge_, from, target, edge_, to, count);
        },
        values);
  }

  icechunk::Session& session_;
  const std::string& path_;
  const zarr::ArrayMetadata& metadata_;
  const std::size_t axis_;
  const RowLayout layout_;
  const std::uint64_t edge_;
  std::optional<std::uint64_t> loaded_;  ///< the chunk that source_ holds
  NativeValues source_;
};

}  // namespace

Status move_rows(icechunk::Session& session, const std::string& path, std::size_t axis_dimension,
                 const std::vector<RowRun>& runs) {
  if (runs.empty()) return {};
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  VDP_ASSIGN(const auto layout, row_layout(metadata, axis_dimension));
  return RowMover(session, path, metadata, axis_dimension, layout).move(runs);
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
