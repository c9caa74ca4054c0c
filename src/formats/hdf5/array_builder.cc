#include "formats/hdf5/array_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/checked.h"
#include "formats/hdf5/inlined_chunks.h"
#include "formats/hdf5/zarr_mapping.h"

namespace vdp::hdf5 {
namespace {

zarr::Shape at_least_one(zarr::Shape shape) {
  for (std::uint64_t& edge : shape) edge = std::max<std::uint64_t>(edge, 1);
  return shape;
}

class ArrayBuilder {
 public:
  ArrayBuilder(const FileView& file, const DatasetHeader& dataset, const DatasetContents& contents,
               const SourceLocation& source)
      : file_(file), dataset_(dataset), layout_(dataset.layout), contents_(contents), source_(source) {}

  Result<VirtualArray> build() {
    VDP_TRY(check_storage());
    metadata().shape = dataset_.space.shape;
    VDP_ASSIGN(metadata().data_type, zarr_type(dataset_.type));
    if (dataset_.type.is_variable_text()) {
      describe_strings();
      VDP_TRY(begin_manifest());
      for (const InlineChunk& chunk : contents_.strings) array_.manifest.set_inline(chunk.index, chunk.bytes);
      return std::move(array_);
    }
    VDP_ASSIGN(const std::vector<Filter> applied, filters());
    VDP_ASSIGN(metadata().codecs, zarr_codecs(dataset_.type, applied));
    VDP_ASSIGN(metadata().fill_value, zarr_fill_value(dataset_.type, dataset_.fill));
    VDP_TRY(layout_.kind == Layout::Kind::chunked ? add_chunks(!applied.empty()) : add_whole());
    return std::move(array_);
  }

 private:
  zarr::ArrayMetadata& metadata() { return array_.metadata; }

  Status check_storage() const {
    if (!contents_.problem.empty()) return unsupported(contents_.problem);
    if (dataset_.space.is_null) return unsupported("a null dataspace: there are no values");
    if (layout_.kind == Layout::Kind::virtual_dataset)
      return unsupported("a virtual dataset (views of other datasets)");
    return {};
  }

  void describe_strings() {
    metadata().codecs = {{"vlen-utf8", Json::object()}};
    metadata().fill_value = contents_.string_fill;
    metadata().chunk_shape = string_chunk_shape(dataset_);
  }

  /// Makes the manifest over the grid that shape and chunk shape give.
  Status begin_manifest() {
    zarr::Shape grid = metadata().grid_shape();
    if (!checked_product(grid)) return corrupt("a grid of more than 2^64 chunks");
    array_.manifest = ChunkManifest(std::move(grid));
    return {};
  }

  Status add_virtual(std::uint64_t index, Address address, std::uint64_t length) {
    if (!file_.contains(address, length)) {
      return corrupt(fmt::format("a chunk of {} bytes at offset {} reaches beyond the end of the file", length,
                                 file_.absolute(address)));
    }
    if (!location_) location_ = array_.manifest.add_location(source_);
    array_.manifest.set_virtual(index, {*location_, file_.absolute(address), length});
    return {};
  }

  /// Compact and contiguous layout: one chunk that is the whole array.
  Status add_whole() {
    metadata().chunk_shape = at_least_one(metadata().shape);
    VDP_TRY(begin_manifest());
    VDP_ASSIGN(const std::uint64_t count, dataset_.space.element_count());
    const auto bytes = checked_multiply<std::uint64_t>(count, dataset_.type.size_bytes);
    if (!bytes) return corrupt("more than 2^64 bytes");
    if (*bytes == 0) return {};
    if (dataset_.external) return add_external(*bytes);
    if (layout_.kind == Layout::Kind::compact) return add_compact(*bytes);
    if (layout_.address == undefined_address) return {};
    return add_virtual(0, layout_.address, *bytes);
  }

  /// One chunk is one range of one file. Which version of that file belongs to this one is not known.
  Status add_external(std::uint64_t bytes) {
    const ExternalStorage& piece = *dataset_.external;
    if (piece.size_bytes < bytes) {
      return unsupported(fmt::format("values in {} pieces of external files, the first of {} bytes, {} needed in one",
                                     piece.pieces, piece.size_bytes, bytes));
    }
    if (!checked_add(piece.offset_bytes, bytes)) return corrupt("an external file of more than 2^64 bytes");
    VDP_ASSIGN(std::string url, sibling_url(source_.url, piece.name));
    const std::uint32_t location = array_.manifest.add_location({std::move(url), "", 0});
    array_.manifest.set_virtual(0, {location, piece.offset_bytes, bytes});
    return {};
  }

  Status add_compact(std::uint64_t bytes) {
    if (layout_.compact_data.size() < bytes) {
      return corrupt(fmt::format("{} bytes of compact data found, {} expected", layout_.compact_data.size(), bytes));
    }
    array_.manifest.set_inline(
        0, Bytes(layout_.compact_data.begin(), layout_.compact_data.begin() + static_cast<std::ptrdiff_t>(bytes)));
    return {};
  }

  /// Codecs that hold for all chunks. Inlined ones are decoded already.
  Result<std::vector<Filter>> filters() const {
    if (!contents_.inlined.empty()) return std::vector<Filter>{};
    return common_filters(dataset_, contents_.chunks);
  }

  Status add_inlined() {
    metadata().chunk_shape = layout_.chunk_shape;
    VDP_TRY(begin_manifest());
    for (const InlineChunk& chunk : contents_.inlined) array_.manifest.set_inline(chunk.index, chunk.bytes);
    return {};
  }

  Status add_chunks(bool filtered) {
    if (!contents_.inlined.empty()) return add_inlined();
    VDP_ASSIGN(const ChunkGrid grid, chunk_grid(dataset_));
    metadata().chunk_shape = trimmed_chunk_shape(filtered);
    VDP_TRY(begin_manifest());
    // Only the first dimension is ever trimmed, so what remains are the first bytes of a stored chunk.
    const std::uint64_t trimmed_bytes = *checked_product(metadata().chunk_shape) * dataset_.type.size_bytes;
    array_.manifest.reserve(contents_.chunks.size());
    for (const StoredChunk& chunk : contents_.chunks) {
      VDP_TRY(check_chunk(chunk, grid, filtered));
      VDP_TRY(add_virtual(chunk.index, chunk.address, filtered ? chunk.size_bytes : trimmed_bytes));
    }
    return {};
  }

  Status check_chunk(const StoredChunk& chunk, const ChunkGrid& grid, bool filtered) const {
    if (!filtered && chunk.size_bytes != grid.chunk_bytes) {
      return corrupt(
          fmt::format("chunk {}: {} bytes found, {} expected", chunk.index, chunk.size_bytes, grid.chunk_bytes));
    }
    if (chunk.size_bytes == 0) return corrupt(fmt::format("chunk {}: its size is 0", chunk.index));
    return {};
  }

  /// A chunk that is longer than the array along the first dimension alone can be read in part where no filter is.
  zarr::Shape trimmed_chunk_shape(bool filtered) const {
    const zarr::Shape& stored = layout_.chunk_shape;
    if (filtered) return stored;
    zarr::Shape trimmed = stored;
    for (std::size_t axis = 0; axis < stored.size(); ++axis) {
      trimmed[axis] = std::min(stored[axis], std::max<std::uint64_t>(dataset_.space.shape[axis], 1));
    }
    return std::equal(trimmed.begin() + 1, trimmed.end(), stored.begin() + 1) ? trimmed : stored;
  }

  const FileView& file_;
  const DatasetHeader& dataset_;
  const Layout& layout_;
  const DatasetContents& contents_;
  const SourceLocation& source_;
  VirtualArray array_;
  std::optional<std::uint32_t> location_;  ///< of this file in the manifest, once it has a reference
};

}  // namespace

bool stores_data(const DatasetHeader& dataset, const DatasetContents& contents) {
  switch (dataset.layout.kind) {
    case Layout::Kind::compact:
      return !dataset.layout.compact_data.empty();
    case Layout::Kind::contiguous:
      return dataset.layout.address != undefined_address || dataset.external.has_value();
    case Layout::Kind::chunked:
      return !contents.chunks.empty();
    case Layout::Kind::virtual_dataset:
      return true;
  }
  return true;
}

Result<VirtualArray> build_array(const FileView& file, const Object& object, const DatasetContents& contents,
                                 const SourceLocation& source) {
  VDP_ASSIGN(VirtualArray array, ArrayBuilder(file, *object.dataset, contents, source).build());
  array.metadata.attributes = object.attributes;
  return array;
}

}  // namespace vdp::hdf5
