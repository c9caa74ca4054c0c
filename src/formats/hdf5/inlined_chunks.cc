#include "formats/hdf5/inlined_chunks.h"

#include <fmt/format.h>

#include "base/checked.h"
#include "formats/hdf5/filter_decoding.h"
#include "formats/hdf5/zarr_mapping.h"

namespace vdp::hdf5 {
namespace {

/// Of an array's chunks, decoded. Larger arrays are not metadata.
constexpr std::uint64_t max_inlined_bytes = 64 << 10;

}  // namespace

Result<std::vector<Filter>> common_filters(const DatasetHeader& dataset, const std::vector<StoredChunk>& chunks) {
  if (chunks.empty()) return dataset.filters;
  const std::uint64_t known = (std::uint64_t{1} << dataset.filters.size()) - 1;
  const std::uint64_t mask = chunks.front().filter_mask & known;
  for (const StoredChunk& chunk : chunks) {
    if ((chunk.filter_mask & known) == mask) continue;
    return unsupported(
        fmt::format("chunks stored without some of the filters: chunk {} has the filter mask {:#x}, chunk {} has {:#x}",
                    chunks.front().index, mask, chunk.index, chunk.filter_mask & known));
  }
  return applied_filters(dataset.filters, static_cast<std::uint32_t>(mask));
}

bool must_be_inlined(const DatasetHeader& dataset, const std::vector<StoredChunk>& chunks) {
  if (chunks.empty() || !zarr_type(dataset.type) || !can_undo(dataset.filters)) return false;
  const auto common = common_filters(dataset, chunks);
  if (common && zarr_codecs(dataset.type, *common)) return false;
  const auto grid = chunk_grid(dataset);
  if (!grid) return false;
  const auto bytes = checked_multiply<std::uint64_t>(grid->chunk_bytes, chunks.size());
  return bytes && *bytes <= max_inlined_bytes;
}

Decoded<std::vector<InlineChunk>> read_inlined_chunks(const FileView& file, const DatasetHeader& dataset,
                                                      const std::vector<StoredChunk>& chunks) {
  VDP_ASSIGN(const ChunkGrid grid, chunk_grid(dataset));
  std::vector<InlineChunk> inlined;
  bool incomplete = false;
  for (const StoredChunk& chunk : chunks) {
    const auto stored = file.view(chunk.address, chunk.size_bytes, "chunk");
    if (!stored) {
      if (!stored.error().is_missing()) return std::unexpected(stored.error());
      incomplete = true;  // go on: the others are asked for in the same round
      continue;
    }
    VDP_ASSIGN_IN(fmt::format("chunk {}", chunk.index), Bytes bytes,
                  undo_filters(applied_filters(dataset.filters, chunk.filter_mask), *stored, grid.chunk_bytes));
    inlined.push_back({chunk.index, std::move(bytes)});
  }
  if (incomplete) return missing();
  return inlined;
}

}  // namespace vdp::hdf5
