#include "zarr/chunk_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "zarr/metadata_fields.h"

namespace vdp::zarr {
namespace {

/// Positions in a grid are 32 bits wide on disk.
constexpr std::uint64_t max_chunks = std::numeric_limits<std::uint32_t>::max();

Result<ChunkRun> parse_run(const Json& value) {
  constexpr std::string_view what = "chunk_shapes";
  if (!value.is_array()) {
    VDP_ASSIGN(const std::uint64_t edge, parse_natural(value, what, 1));
    return ChunkRun{edge, 1};
  }
  VDP_ASSIGN(const Shape pair, parse_naturals(value, what, 1));
  if (pair.size() != 2) return corrupt(fmt::format("{}: expected [edge, count], found {}", what, shown(value)));
  return ChunkRun{pair[0], pair[1]};
}

Result<DimensionChunks> parse_edges(const Json& list, std::uint64_t length) {
  DimensionChunks chunks;
  std::uint64_t count = 0;
  std::uint64_t end = 0;
  for (const auto& item : list) {
    VDP_ASSIGN(const ChunkRun run, parse_run(item));
    const auto sum = checked_add(count, run.count);
    if (!sum || *sum > max_chunks) return over_limit(fmt::format("chunk_shapes: more than {} chunks", max_chunks));
    count = *sum;
    const auto extent = checked_multiply(run.edge, run.count);
    const auto next_end = extent ? checked_add(end, *extent) : std::nullopt;
    if (!next_end) return corrupt("chunk_shapes: the edges reach beyond 2^64");
    end = *next_end;
    if (!chunks.runs.empty() && chunks.runs.back().edge == run.edge) {
      chunks.runs.back().count += run.count;
    } else {
      chunks.runs.push_back(run);
    }
  }
  if (chunks.runs.empty() || end < length) {
    return corrupt(fmt::format("chunk_shapes: the edges reach {}, the dimension is {} long", end, length));
  }
  return chunks;
}

Result<ChunkGrid> regular_grid(const Json& configuration, const Shape& shape) {
  const auto chunk_shape = configuration.find("chunk_shape");
  if (chunk_shape == configuration.end()) return corrupt("chunk_grid: a regular grid has a chunk_shape");
  VDP_ASSIGN(const Shape edges, parse_naturals(*chunk_shape, "chunk_shape", 1));
  if (edges.size() != shape.size()) {
    return corrupt(fmt::format("chunk_shape has {} dimensions, shape {}", edges.size(), shape.size()));
  }
  return ChunkGrid::regular(edges);
}

Result<ChunkGrid> rectilinear_grid(const Json& configuration, const Shape& shape) {
  const auto kind = configuration.find("kind");
  if (kind == configuration.end() || *kind != "inline") {
    return unsupported(fmt::format("rectilinear chunk grid of kind {} (only \"inline\")",
                                   kind == configuration.end() ? "nothing" : shown(*kind)));
  }
  const auto lists = configuration.find("chunk_shapes");
  if (lists == configuration.end() || !lists->is_array() || lists->size() != shape.size()) {
    return corrupt(fmt::format("chunk_shapes: expected a list for each of {} dimensions, found {}", shape.size(),
                               lists == configuration.end() ? "nothing" : shown(*lists)));
  }
  ChunkGrid grid;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const Json& list = (*lists)[d];
    if (list.is_array()) {
      VDP_ASSIGN(DimensionChunks chunks, parse_edges(list, shape[d]));
      grid.dimensions.push_back(std::move(chunks));
    } else {
      VDP_ASSIGN(const std::uint64_t step, parse_natural(list, "chunk_shapes", 1));
      grid.dimensions.push_back({step, {}});
    }
  }
  return grid;
}

/// `former`'s edges come first. Where neither lists its edges, they are the same one.
bool begins_with(const DimensionChunks& chunks, const DimensionChunks& former) {
  if (chunks.step != former.step) return false;
  for (std::size_t i = 0; i < former.runs.size(); ++i) {
    if (i >= chunks.runs.size() || chunks.runs[i].edge != former.runs[i].edge) return false;
    const bool last = i + 1 == former.runs.size();
    if (chunks.runs[i].count < former.runs[i].count) return false;
    if (!last && chunks.runs[i].count != former.runs[i].count) return false;
  }
  return true;
}

}  // namespace

std::uint64_t DimensionChunks::count(std::uint64_t length) const {
  if (step != 0) return divide_up(length, step);
  std::uint64_t chunks = 0;
  for (const ChunkRun& run : runs) chunks += run.count;
  return chunks;
}

std::uint64_t DimensionChunks::used_count(std::uint64_t length) const {
  if (step != 0) return divide_up(length, step);
  std::uint64_t chunks = 0;
  for (const ChunkRun& run : runs) {
    const std::uint64_t here = std::min(run.count, divide_up(length, run.edge));
    chunks += here;
    length -= std::min(length, here * run.edge);
  }
  return chunks;
}

std::uint64_t DimensionChunks::edge(std::uint64_t position) const {
  if (step != 0) return step;
  for (const ChunkRun& run : runs) {
    if (position < run.count) return run.edge;
    position -= run.count;
  }
  return 0;
}

ChunkGrid ChunkGrid::regular(const Shape& chunk_shape) {
  ChunkGrid grid;
  for (const std::uint64_t edge : chunk_shape) grid.dimensions.push_back({edge, {}});
  return grid;
}

std::optional<Shape> ChunkGrid::regular_shape() const {
  Shape shape;
  for (const DimensionChunks& chunks : dimensions) {
    if (chunks.step == 0) return std::nullopt;
    shape.push_back(chunks.step);
  }
  return shape;
}

Shape ChunkGrid::grid_shape(const Shape& shape) const {
  Shape counts;
  for (std::size_t d = 0; d < dimensions.size(); ++d) counts.push_back(dimensions[d].count(shape[d]));
  return counts;
}

Shape ChunkGrid::used_grid_shape(const Shape& shape) const {
  Shape counts;
  for (std::size_t d = 0; d < dimensions.size(); ++d) counts.push_back(dimensions[d].used_count(shape[d]));
  return counts;
}

Shape ChunkGrid::chunk_shape(const Shape& index) const {
  Shape edges;
  for (std::size_t d = 0; d < dimensions.size(); ++d) edges.push_back(dimensions[d].edge(index[d]));
  return edges;
}

bool ChunkGrid::continues(const ChunkGrid& former) const {
  if (dimensions.size() != former.dimensions.size()) return false;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    if (!begins_with(dimensions[d], former.dimensions[d])) return false;
  }
  return true;
}

Result<ChunkGrid> parse_chunk_grid(const Json& value, const Shape& shape) {
  VDP_ASSIGN(const Codec grid, parse_extension(value, "chunk_grid"));
  if (grid.name == "regular") return regular_grid(grid.configuration, shape);
  if (grid.name == "rectilinear") return rectilinear_grid(grid.configuration, shape);
  return unsupported(fmt::format("chunk grid \"{}\" (only \"regular\" and \"rectilinear\")", grid.name));
}

Result<ArrayGrid> parse_array_grid(const Json& document) {
  if (!document.is_object()) return corrupt(fmt::format("zarr.json must be an object, found {}", shown(document)));
  VDP_TRY(check_array_keys(document));
  ArrayGrid grid;
  VDP_ASSIGN(grid.shape, parse_naturals(document["shape"], "shape", 0));
  VDP_ASSIGN(grid.chunks, parse_chunk_grid(document["chunk_grid"], grid.shape));
  if (const auto names = document.find("dimension_names"); names != document.end()) {
    VDP_ASSIGN(grid.dimension_names, parse_dimension_names(*names, grid.rank()));
  }
  return grid;
}

Result<GriddedArray> parse_gridded_array(const Json& document) {
  VDP_ASSIGN(ArrayGrid grid, parse_array_grid(document));
  VDP_ASSIGN(ArrayMetadata metadata, parse_chunk_as_array(document, Shape(grid.rank())));
  metadata.shape = std::move(grid.shape);
  return GriddedArray{std::move(metadata), std::move(grid.chunks)};
}

Result<ArrayMetadata> parse_chunk_as_array(const Json& document, const Shape& index) {
  VDP_ASSIGN(const ArrayGrid grid, parse_array_grid(document));
  const Shape counts = grid.chunks.grid_shape(grid.shape);
  bool inside = index.size() == counts.size();
  for (std::size_t d = 0; inside && d < counts.size(); ++d) inside = index[d] < std::max<std::uint64_t>(counts[d], 1);
  if (!inside)
    return invalid(fmt::format("found a chunk index of {} numbers, expected one inside the grid", index.size()));
  Json chunk = document;
  const Shape shape = grid.chunks.chunk_shape(index);
  chunk["shape"] = shape;
  chunk["chunk_grid"] = {{"name", "regular"}, {"configuration", {{"chunk_shape", shape}}}};
  return parse_array_metadata(chunk);
}

}  // namespace vdp::zarr
