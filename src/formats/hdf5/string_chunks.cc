#include "formats/hdf5/string_chunks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "base/utf8.h"
#include "formats/hdf5/filter_decoding.h"
#include "formats/hdf5/global_heap.h"
#include "zarr/codec_pipeline.h"

namespace vdp::hdf5 {
namespace {

/// What the references of one chunk may take, or a chunk that grows with its dimension, in any file.
constexpr std::uint64_t max_chunk_bytes = 8ULL << 20;

/// Where one chunk's elements lie, in the chunk as stored and in the chunk as written.
class ChunkBox {
 public:
  ChunkBox(const DatasetHeader& dataset, std::vector<std::uint64_t> stored_shape, std::uint64_t index)
      : stored_shape_(std::move(stored_shape)), trimmed_shape_(string_chunk_shape(dataset)) {
    const auto& shape = dataset.space.shape;
    extent_.resize(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const std::uint64_t chunks = divide_up(shape[axis], stored_shape_[axis]);
      const std::uint64_t start = index % chunks * stored_shape_[axis];
      extent_[axis] = std::min(stored_shape_[axis], shape[axis] - start);
      index /= chunks;
    }
  }

  std::uint64_t stored_count() const { return *checked_product(stored_shape_); }
  std::uint64_t trimmed_count() const { return *checked_product(trimmed_shape_); }

  /// Calls visit(position in the stored chunk, position in the trimmed one) for every element within the shape.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    std::vector<std::uint64_t> at(extent_.size(), 0);
    while (true) {
      visit(position(at, stored_shape_), position(at, trimmed_shape_));
      std::size_t axis = at.size();
      while (axis > 0 && ++at[axis - 1] == extent_[axis - 1]) at[--axis] = 0;
      if (axis == 0) return;
    }
  }

 private:
  static std::uint64_t position(const std::vector<std::uint64_t>& at, const std::vector<std::uint64_t>& shape) {
    std::uint64_t index = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) index = index * shape[axis] + at[axis];
    return index;
  }

  std::vector<std::uint64_t> stored_shape_;
  std::vector<std::uint64_t> trimmed_shape_;
  std::vector<std::uint64_t> extent_;  ///< of the chunk within the dataset's shape
};

class StringReader {
 public:
  StringReader(const FileView& file, const DatasetHeader& dataset, std::string fill)
      : file_(file), dataset_(dataset), heap_(file), fill_(std::move(fill)) {}

  /// One chunk from its references, as they are after the filters.
  Decoded<InlineChunk> encode(ByteView references, const ChunkBox& box, std::uint64_t index) {
    const std::uint64_t width = heap_.element_bytes();
    if (dataset_.type.size_bytes != width) {
      return corrupt(fmt::format("variable-length strings of {} bytes, {} expected", dataset_.type.size_bytes, width));
    }
    if (references.size() / width < box.stored_count()) {
      return corrupt(fmt::format("{} strings expected in {} bytes", box.stored_count(), references.size()));
    }
    if (fill_.size() > file_.limits().max_element_bytes / box.trimmed_count()) {
      return over_limit(fmt::format("a fill value of {} bytes, {} times", fill_.size(), box.trimmed_count()));
    }
    std::vector<std::string> texts(box.trimmed_count(), fill_);
    Decoded<void> outcome;
    box.for_each([&](std::uint64_t stored, std::uint64_t trimmed) {
      auto text = read_text(references.subspan(stored * width, width));
      if (text) {
        texts[trimmed] = std::move(*text);
      } else if (outcome || outcome.error().is_missing()) {  // an error rules over what is missing
        outcome = std::unexpected(std::move(text).error());
      }
    });
    VDP_TRY(std::move(outcome));
    InlineChunk chunk{index, zarr::encode_strings(texts)};
    encoded_bytes_ += chunk.bytes.size();
    if (encoded_bytes_ > file_.limits().max_value_bytes) {
      return over_limit(fmt::format("strings: more than {} bytes of them", file_.limits().max_value_bytes));
    }
    return chunk;
  }

  /// The chunk's bytes after its filters were undone.
  Decoded<Bytes> decode(const StoredChunk& chunk, const ChunkGrid& grid) const {
    if (grid.chunk_bytes > std::max(max_chunk_bytes, file_.limits().max_value_bytes / 4)) {
      return over_limit(fmt::format("a chunk of {} bytes claims to hold {}", chunk.size_bytes, grid.chunk_bytes));
    }
    VDP_ASSIGN(const ByteView stored, file_.view(chunk.address, chunk.size_bytes, "chunk"));
    VDP_ASSIGN(Bytes decoded,
               undo_filters(applied_filters(dataset_.filters, chunk.filter_mask), stored, grid.chunk_bytes));
    return decoded;
  }

 private:
  Decoded<std::string> read_text(ByteView reference) {
    VDP_ASSIGN(std::string text, heap_.text(reference));
    if (!is_utf8(text)) return unsupported("a string that is not valid UTF-8");
    return text;
  }

  const FileView& file_;
  const DatasetHeader& dataset_;
  GlobalHeap heap_;
  std::string fill_;
  std::uint64_t encoded_bytes_ = 0;
};

Decoded<std::vector<InlineChunk>> read_chunked(const DatasetHeader& dataset, StringReader& reader,
                                               const std::vector<StoredChunk>& chunks) {
  VDP_ASSIGN(const ChunkGrid grid, chunk_grid(dataset));
  std::vector<InlineChunk> result;
  bool incomplete = false;
  for (const StoredChunk& chunk : chunks) {
    auto encoded = [&]() -> Decoded<InlineChunk> {
      VDP_ASSIGN(const Bytes references, reader.decode(chunk, grid));
      return reader.encode(references, ChunkBox(dataset, grid.chunk_shape, chunk.index), chunk.index);
    }();
    if (encoded) {
      result.push_back(std::move(*encoded));
    } else if (encoded.error().is_missing()) {
      incomplete = true;
    } else {
      return std::unexpected(std::move(encoded).error());
    }
  }
  if (incomplete) return missing();
  return result;
}

}  // namespace

Result<InlineChunk> extend_string_chunk(const InlineChunk& chunk, const std::vector<std::uint64_t>& from,
                                        const std::vector<std::uint64_t>& to, const std::string& fill) {
  zarr::ArrayMetadata metadata;
  metadata.data_type = zarr::string();
  metadata.shape = metadata.chunk_shape = from;
  metadata.codecs = {{"vlen-utf8", Json::object()}};
  VDP_ASSIGN(std::vector<std::string> texts, zarr::decode_strings(metadata, chunk.bytes));
  const auto count = checked_product(to);
  if (!count || *count > max_chunk_bytes / (fill.size() + sizeof(std::string))) {
    return over_limit(fmt::format("a chunk of strings is to be filled up to more than {} bytes", max_chunk_bytes));
  }
  std::vector<std::string> extended(*count, fill);
  std::vector<std::uint64_t> at(from.size(), 0);
  for (std::string& text : texts) {
    std::uint64_t index = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) index = index * to[axis] + at[axis];
    extended[index] = std::move(text);
    for (std::size_t axis = at.size(); axis-- > 0 && ++at[axis] == from[axis];) at[axis] = 0;
  }
  return InlineChunk{chunk.index, zarr::encode_strings(extended)};
}

std::vector<std::uint64_t> string_chunk_shape(const DatasetHeader& dataset) {
  const bool chunked = dataset.layout.kind == Layout::Kind::chunked;
  std::vector<std::uint64_t> edges = chunked ? dataset.layout.chunk_shape : dataset.space.shape;
  for (std::size_t axis = 0; axis < edges.size(); ++axis) {
    edges[axis] = std::max<std::uint64_t>(std::min(edges[axis], dataset.space.shape[axis]), 1);
  }
  return edges;
}

Decoded<std::string> read_string_fill(const FileView& file, const DatasetHeader& dataset) {
  if (dataset.fill.value.empty()) return std::string();
  GlobalHeap heap(file);
  if (dataset.fill.value.size() != heap.element_bytes()) {
    return corrupt(
        fmt::format("fill value of {} bytes found, {} expected", dataset.fill.value.size(), heap.element_bytes()));
  }
  VDP_ASSIGN(std::string text, heap.text(dataset.fill.value));
  if (!is_utf8(text)) return unsupported("a fill value that is not valid UTF-8");
  return text;
}

Decoded<std::vector<InlineChunk>> read_string_chunks(const FileView& file, const DatasetHeader& dataset,
                                                     const std::vector<StoredChunk>& chunks) {
  VDP_ASSIGN(std::string fill, read_string_fill(file, dataset));
  StringReader reader(file, dataset, std::move(fill));
  const Layout& layout = dataset.layout;
  if (layout.kind == Layout::Kind::chunked) return read_chunked(dataset, reader, chunks);
  VDP_ASSIGN(const std::uint64_t count, dataset.space.element_count());
  std::vector<InlineChunk> result;
  if (count == 0) return result;
  ByteView references = layout.compact_data;
  if (dataset.external) return unsupported("strings in an external file");
  if (layout.kind == Layout::Kind::contiguous) {
    if (layout.address == undefined_address) return result;
    const auto bytes = checked_multiply<std::uint64_t>(count, dataset.type.size_bytes);
    if (!bytes) return corrupt("more than 2^64 bytes of strings");
    VDP_ASSIGN(references, file.view(layout.address, *bytes, "strings"));
  }
  VDP_ASSIGN(InlineChunk chunk, reader.encode(references, ChunkBox(dataset, dataset.space.shape, 0), 0));
  result.push_back(std::move(chunk));
  return result;
}

}  // namespace vdp::hdf5
