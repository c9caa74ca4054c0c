#include <fmt/format.h>

#include "formats/hdf5/storage_messages.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint8_t max_chunk_dimensions = 33;  // 32, and the element size

Status decode_compact(Cursor& cursor, std::size_t size_width, Layout& layout) {
  VDP_ASSIGN(const auto size, cursor.read_uint(size_width, "layout: compact size"));
  VDP_ASSIGN(const ByteView data, cursor.read_bytes(size, "layout: compact data"));
  layout.compact_data.assign(data.begin(), data.end());
  return {};
}

/// The last of the dimensions is the element size, not a dimension.
Status decode_chunk_shape(Cursor& cursor, std::uint8_t count, std::size_t width, Layout& layout) {
  if (count < 2 || count > max_chunk_dimensions) {
    return corrupt(fmt::format("layout: {} chunk dimensions found, 2 to {} expected", count, max_chunk_dimensions));
  }
  for (int i = 0; i < count; ++i) {
    VDP_ASSIGN(const auto edge, cursor.read_uint(width, "layout: chunk dimension"));
    if (edge == 0) return corrupt("layout: a chunk dimension is 0");
    layout.chunk_shape.push_back(edge);
  }
  layout.chunk_shape.pop_back();
  return {};
}

/// Versions 1 and 2: dimensionality and class come first, and all classes have dimensions.
Status decode_1(const FileView& file, Cursor& cursor, Layout& layout) {
  VDP_ASSIGN(const auto count, cursor.read_u8("layout: dimensionality"));
  VDP_ASSIGN(const auto kind, cursor.read_u8("layout: class"));
  if (kind > 2) return corrupt(fmt::format("layout: class {} found, 0 to 2 expected", kind));
  layout.kind = static_cast<Layout::Kind>(kind);
  VDP_TRY(cursor.skip(5, "layout: reserved"));
  if (layout.kind != Layout::Kind::compact) {
    VDP_ASSIGN(layout.address, file.read_address(cursor, "layout: address"));
  }
  if (layout.kind == Layout::Kind::chunked) return decode_chunk_shape(cursor, count, 4, layout);
  VDP_TRY(cursor.skip(4ULL * count, "layout: dimensions"));
  return layout.kind == Layout::Kind::compact ? decode_compact(cursor, 4, layout) : Status{};
}

Status decode_chunked_4(const FileView& file, Cursor& cursor, Layout& layout) {
  VDP_ASSIGN(const auto flags, cursor.read_u8("layout: flags"));
  layout.edge_chunks_unfiltered = (flags & 0x01) != 0;
  VDP_ASSIGN(const auto count, cursor.read_u8("layout: dimensionality"));
  VDP_ASSIGN(const auto width, cursor.read_u8("layout: dimension width"));
  VDP_TRY(decode_chunk_shape(cursor, count, width, layout));
  VDP_ASSIGN(const auto index, cursor.read_u8("layout: chunk index type"));
  if (index < 1 || index > 5) {
    return corrupt(fmt::format("layout: chunk index type {} found, 1 to 5 expected", index));
  }
  layout.index = static_cast<ChunkIndex>(index);
  // Parameters of creation; the index's own header repeats those that reading needs.
  switch (layout.index) {
    case ChunkIndex::single_chunk:
      if ((flags & 0x02) != 0) {
        VDP_ASSIGN(layout.single_chunk_bytes, file.read_length(cursor, "layout: size of the single chunk"));
        VDP_ASSIGN(layout.single_chunk_filter_mask, cursor.read_u32("layout: filter mask"));
      }
      break;
    case ChunkIndex::fixed_array:
      VDP_TRY(cursor.skip(1, "layout: page bits"));
      break;
    case ChunkIndex::extensible_array:
      VDP_TRY(cursor.skip(5, "layout: extensible array"));
      break;
    case ChunkIndex::btree_v2:
      VDP_TRY(cursor.skip(4 + 1 + 1, "layout: B-tree"));
      break;
    case ChunkIndex::implicit:
    case ChunkIndex::btree_v1:
      break;
  }
  VDP_ASSIGN(layout.address, file.read_address(cursor, "layout: address"));
  return {};
}

/// Versions 3, 4 and 5.
Status decode_3(const FileView& file, Cursor& cursor, Layout& layout) {
  VDP_ASSIGN(const auto kind, cursor.read_u8("layout: class"));
  if (kind > 3) return corrupt(fmt::format("layout: class {} found, 0 to 3 expected", kind));
  layout.kind = static_cast<Layout::Kind>(kind);
  switch (layout.kind) {
    case Layout::Kind::compact:
      return decode_compact(cursor, 2, layout);
    case Layout::Kind::virtual_dataset:
      return {};
    case Layout::Kind::contiguous: {
      VDP_ASSIGN(layout.address, file.read_address(cursor, "layout: address"));
      return {};  // its size follows from shape and type
    }
    case Layout::Kind::chunked:
      break;
  }
  if (layout.version >= 4) return decode_chunked_4(file, cursor, layout);
  VDP_ASSIGN(const auto count, cursor.read_u8("layout: dimensionality"));
  VDP_ASSIGN(layout.address, file.read_address(cursor, "layout: address"));
  return decode_chunk_shape(cursor, count, 4, layout);
}

}  // namespace

Result<Layout> decode_layout(const FileView& file, Cursor cursor) {
  Layout layout;
  VDP_ASSIGN(layout.version, cursor.read_u8("layout: version"));
  if (layout.version < 1 || layout.version > 5) {
    return corrupt(fmt::format("layout: version {} found, 1 to 5 expected", layout.version));
  }
  VDP_TRY(layout.version <= 2 ? decode_1(file, cursor, layout) : decode_3(file, cursor, layout));
  return layout;
}

}  // namespace vdp::hdf5
