#include "manifest/reshape.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "base/checked.h"

namespace vdp {
namespace {

using zarr::ArrayMetadata;
using zarr::Shape;

constexpr std::uint64_t max_refs = 50'000'000;  // of one array after a split: 1.4 GB of columns

std::string shown(const std::vector<std::optional<std::string>>& names) {
  std::string text;
  for (const auto& name : names) text += fmt::format("{}{}", text.empty() ? "" : ", ", name.value_or("(unnamed)"));
  return "(" + text + ")";
}

/// Codecs whose configuration speaks of the array's dimensions one by one.
const zarr::Codec* rank_dependent_codec(const ArrayMetadata& metadata) {
  for (const auto& codec : metadata.codecs) {
    if (codec.name == "transpose" || codec.name == "sharding_indexed") return &codec;
  }
  return nullptr;
}

/// Why the array cannot be split along the axis; empty where it can.
std::string obstacle(const ArrayMetadata& metadata, std::size_t axis) {
  if (axis >= metadata.rank()) return fmt::format("there is no dimension {} of {}", axis, metadata.rank());
  if (metadata.codecs.size() != 1 || metadata.codecs[0].name != "bytes") {
    return fmt::format("its chunks are encoded by \"{}\"", metadata.codecs.empty() ? "" : metadata.codecs.back().name);
  }
  for (std::size_t i = 0; i < axis; ++i) {
    if (metadata.chunk_shape[i] == 1) continue;
    return fmt::format("dimension {} before the axis has chunks of {}, not 1", i, metadata.chunk_shape[i]);
  }
  for (std::size_t i = axis + 1; i < metadata.rank(); ++i) {
    if (metadata.chunk_shape[i] == metadata.shape[i]) continue;
    return fmt::format("dimension {} has length {} and chunks of {}, not whole", i, metadata.shape[i],
                       metadata.chunk_shape[i]);
  }
  return "";
}

/// One source chunk along the axis, and how it is cut.
struct Cut {
  std::uint64_t pieces;  ///< of one source chunk
  std::uint64_t piece_bytes;
  std::uint64_t source_grid_length;  ///< source chunks along the axis
  std::uint64_t grid_length;         ///< new chunks along the axis
};

Status add_pieces(const ChunkManifest::Entry& chunk, const Cut& cut, ChunkManifest& target) {
  const std::uint64_t found = chunk.inlined != nullptr ? chunk.inlined->size() : chunk.ref.length;
  if (found != cut.pieces * cut.piece_bytes) {
    return corrupt(
        fmt::format("chunk {} has {} bytes, its shape needs {}", chunk.index, found, cut.pieces * cut.piece_bytes));
  }
  // The dimensions behind the axis have one chunk, so that the axis is the last one of the grid that counts.
  const std::uint64_t row = chunk.index / cut.source_grid_length;
  const std::uint64_t position = chunk.index % cut.source_grid_length * cut.pieces;
  const std::uint64_t first = row * cut.grid_length + position;
  const std::uint64_t count = std::min(cut.pieces, cut.grid_length - std::min(cut.grid_length, position));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t offset = i * cut.piece_bytes;
    if (chunk.inlined != nullptr) {
      const auto begin = chunk.inlined->begin() + static_cast<std::ptrdiff_t>(offset);
      target.set_inline(first + i, Bytes(begin, begin + static_cast<std::ptrdiff_t>(cut.piece_bytes)));
    } else {
      target.set_virtual(first + i, {chunk.ref.location, chunk.ref.offset + offset, cut.piece_bytes});
    }
  }
  return {};
}

}  // namespace

Status promote(VirtualArray& array, const std::vector<std::string>& dims) {
  ArrayMetadata& metadata = array.metadata;
  const std::size_t rank = metadata.rank();
  std::vector<std::optional<std::string>> wanted(dims.begin(), dims.end());
  std::vector<std::optional<std::string>> own = metadata.dimension_names;
  own.resize(rank);  // no names at all stand for unnamed dimensions
  if (wanted.size() < rank || !std::equal(own.rbegin(), own.rend(), wanted.rbegin())) {
    return invalid(
        fmt::format("cannot promote to {}: it must end with the array's own dimensions {}", shown(wanted), shown(own)));
  }
  const std::size_t added = wanted.size() - rank;
  if (added == 0) return {};
  if (std::set<std::string>(dims.begin(), dims.end()).size() != dims.size()) {
    return invalid(fmt::format("cannot promote to {}: a dimension occurs twice", shown(wanted)));
  }
  if (const auto* codec = rank_dependent_codec(metadata); codec != nullptr) {
    return unsupported(fmt::format("promoting an array with codec \"{}\"", codec->name));
  }
  metadata.shape.insert(metadata.shape.begin(), added, 1);
  metadata.chunk_shape.insert(metadata.chunk_shape.begin(), added, 1);
  metadata.dimension_names = std::move(wanted);
  array.manifest.add_leading_dimensions(added);
  return {};
}

bool splittable(const VirtualArray& array, std::size_t axis) { return obstacle(array.metadata, axis).empty(); }

Status split(VirtualArray& array, std::size_t axis, std::uint64_t edge) {
  ArrayMetadata& metadata = array.metadata;
  if (const std::string reason = obstacle(metadata, axis); !reason.empty()) {
    return unsupported(fmt::format("cannot split along dimension {}: {}", axis, reason));
  }
  const std::uint64_t source_edge = metadata.chunk_shape[axis];
  if (edge == 0 || source_edge % edge != 0) {
    return unsupported(fmt::format("cannot split chunks of {} steps into chunks of {}", source_edge, edge));
  }
  // A contiguous variable is one chunk, however large: only its pieces will ever be decoded.
  const auto source_elements = checked_product(metadata.chunk_shape);
  const auto source_bytes =
      source_elements ? checked_multiply<std::uint64_t>(*source_elements, metadata.data_type.size_bytes) : std::nullopt;
  if (!source_bytes) return over_limit(fmt::format("a chunk of {}", fmt::join(metadata.chunk_shape, " x ")));
  const std::uint64_t pieces = source_edge / edge;
  const Cut cut{pieces, *source_bytes / pieces,
                std::max<std::uint64_t>(1, divide_up(metadata.shape[axis], source_edge)),
                divide_up(metadata.shape[axis], edge)};
  // Fewer where chunks overhang the end of the axis.
  const auto rows = checked_product(std::span(metadata.shape).first(axis));
  const auto chunks = rows ? checked_multiply(*rows, cut.grid_length) : std::nullopt;
  const auto cut_chunks = checked_multiply<std::uint64_t>(array.manifest.size(), cut.pieces);
  const std::uint64_t refs = std::min(chunks.value_or(max_refs + 1), cut_chunks.value_or(max_refs + 1));
  if (refs > max_refs) {
    return over_limit(fmt::format("splitting makes more than {} chunks, {} along the axis", max_refs, cut.grid_length));
  }
  ArrayMetadata split_metadata = metadata;
  split_metadata.chunk_shape[axis] = edge;
  VDP_ASSIGN(ChunkManifest manifest, ChunkManifest::for_array(split_metadata));
  for (const auto& location : array.manifest.locations()) manifest.add_location(location);
  manifest.reserve(refs);
  Status status;
  array.manifest.for_each([&](const ChunkManifest::Entry& chunk) {
    if (status) status = add_pieces(chunk, cut, manifest);
  });
  VDP_TRY(status);
  metadata = std::move(split_metadata);
  array.manifest = std::move(manifest);
  return {};
}

Status subchunk(VirtualArray& array, std::size_t axis, std::uint64_t edge) {
  VirtualArray cut = array;
  for (std::size_t i = 0; i <= axis && i < array.metadata.rank(); ++i) {
    const std::uint64_t wanted = i == axis ? edge : 1;
    if (cut.metadata.chunk_shape[i] != wanted) VDP_TRY(split(cut, i, wanted));
  }
  array = std::move(cut);
  return {};
}

}  // namespace vdp
