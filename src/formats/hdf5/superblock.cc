#include "formats/hdf5/superblock.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {
namespace {

constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
/// Enough for every version with offsets of 8 bytes: version 1 with its root symbol table entry takes 100.
constexpr std::uint64_t max_superblock_bytes = 128;

Status check_width(std::uint8_t width, std::string_view field) {
  if (width == 2 || width == 4 || width == 8) return {};
  return corrupt(fmt::format("superblock: {} is {}, expected 2, 4 or 8", field, width));
}

/// Versions 0 and 1.
Status read_old(Cursor& cursor, Superblock& block) {
  VDP_TRY(cursor.skip(4, "superblock: versions"));  // free space, root symbol table, reserved, shared header format
  VDP_ASSIGN(block.geometry.offset_bytes, cursor.read_u8("superblock: size of offsets"));
  VDP_ASSIGN(block.geometry.length_bytes, cursor.read_u8("superblock: size of lengths"));
  VDP_TRY(check_width(block.geometry.offset_bytes, "size of offsets"));
  VDP_TRY(check_width(block.geometry.length_bytes, "size of lengths"));
  VDP_TRY(cursor.skip(1 + 2 + 2 + 4, "superblock: group K and flags"));
  if (block.version == 1) {
    VDP_ASSIGN(block.chunk_btree_k, cursor.read_u16("superblock: indexed storage K"));
    VDP_TRY(cursor.skip(2, "superblock: reserved"));
  }
  const std::size_t width = block.geometry.offset_bytes;
  VDP_ASSIGN(block.geometry.base_address, cursor.read_uint(width, "superblock: base address"));
  VDP_TRY(cursor.skip(width, "superblock: free space address"));
  VDP_ASSIGN(block.end_of_file, cursor.read_uint(width, "superblock: end of file"));
  VDP_TRY(cursor.skip(width, "superblock: driver information address"));
  VDP_TRY(cursor.skip(block.geometry.length_bytes, "superblock: root link name"));  // as wide as lengths, not offsets
  VDP_ASSIGN(block.root, cursor.read_uint(width, "superblock: root object header"));
  return {};
}

/// Versions 2 and 3.
Status read_new(Cursor& cursor, ByteView bytes, std::uint64_t offset, Superblock& block) {
  VDP_ASSIGN(block.geometry.offset_bytes, cursor.read_u8("superblock: size of offsets"));
  VDP_ASSIGN(block.geometry.length_bytes, cursor.read_u8("superblock: size of lengths"));
  VDP_TRY(check_width(block.geometry.offset_bytes, "size of offsets"));
  VDP_TRY(check_width(block.geometry.length_bytes, "size of lengths"));
  VDP_TRY(cursor.skip(1, "superblock: flags"));
  const std::size_t width = block.geometry.offset_bytes;
  VDP_ASSIGN(block.geometry.base_address, cursor.read_uint(width, "superblock: base address"));
  VDP_ASSIGN(block.extension, cursor.read_uint(width, "superblock: extension address"));
  VDP_ASSIGN(block.end_of_file, cursor.read_uint(width, "superblock: end of file"));
  VDP_ASSIGN(block.root, cursor.read_uint(width, "superblock: root object header"));
  if (width < 8 && block.extension == (std::uint64_t{1} << (8 * width)) - 1) block.extension = undefined_address;
  VDP_TRY(cursor.skip(4, "superblock: checksum"));
  return verify_checksum(bytes.first(cursor.position()), "superblock", offset);
}

/// The superblock may have been moved with all of the file behind a user block: addresses then count from where it is.
void move_to(std::uint64_t offset, Superblock& block) {
  if (block.geometry.base_address == offset) return;
  block.end_of_file = block.end_of_file - block.geometry.base_address + offset;
  block.geometry.base_address = offset;
}

}  // namespace

Decoded<std::optional<std::uint64_t>> find_superblock(const SparseBytes& bytes) {
  for (std::uint64_t offset = 0; offset + signature.size() <= bytes.file_size();
       offset = offset == 0 ? 512 : 2 * offset) {
    VDP_ASSIGN(ByteView found, bytes.view(offset, signature.size()));
    if (as_text(found.first(signature.size())) == signature) return offset;
  }
  return std::nullopt;
}

Decoded<Superblock> read_superblock(const SparseBytes& bytes, std::uint64_t offset) {
  const std::uint64_t length = std::min(max_superblock_bytes, bytes.file_size() - offset);
  VDP_ASSIGN(ByteView view, bytes.view(offset, length));
  view = view.first(length);
  Cursor cursor(view, offset);
  VDP_TRY(cursor.expect(signature, "superblock: signature"));
  Superblock block;
  VDP_ASSIGN(block.version, cursor.read_u8("superblock: version"));
  if (block.version > 3) {
    return unsupported(fmt::format("superblock version {} found, 0 to 3 are known", block.version));
  }
  VDP_TRY(block.version <= 1 ? read_old(cursor, block) : read_new(cursor, view, offset, block));
  move_to(offset, block);
  if (block.end_of_file > bytes.file_size()) {
    return corrupt(
        fmt::format("truncated: the file has {} bytes, its superblock says {}", bytes.file_size(), block.end_of_file));
  }
  return block;
}

}  // namespace vdp::hdf5
