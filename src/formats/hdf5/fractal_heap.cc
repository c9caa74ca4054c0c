#include "formats/hdf5/fractal_heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {

Decoded<FractalHeap> FractalHeap::open(const FileView& file, Address address) {
  FractalHeap heap(file);
  VDP_TRY(heap.read_header(address));
  return heap;
}

Decoded<void> FractalHeap::read_header(Address address) {
  const std::uint64_t offset_width = file_.geometry().offset_bytes;
  const std::uint64_t length_width = file_.geometry().length_bytes;
  const std::uint64_t size = 26 + 3 * offset_width + 12 * length_width;
  header_ = address;
  VDP_ASSIGN(ByteView bytes, file_.view(address, size, "fractal heap"));
  Cursor cursor = file_.cursor(bytes, address);
  VDP_TRY(cursor.expect("FRHP", "fractal heap: signature"));
  VDP_TRY(cursor.skip(1, "fractal heap: version"));
  VDP_ASSIGN(id_bytes_, cursor.read_u16("fractal heap: length of ids"));
  VDP_ASSIGN(const auto filter_bytes, cursor.read_u16("fractal heap: length of filters"));
  if (filter_bytes != 0) return unsupported("a fractal heap with filters");
  VDP_TRY(verify_checksum(bytes, "fractal heap", file_.absolute(address)));
  VDP_ASSIGN(const auto flags, cursor.read_u8("fractal heap: flags"));
  checked_blocks_ = (flags & 0x02) != 0;
  VDP_ASSIGN(const auto max_managed, cursor.read_u32("fractal heap: largest managed object"));
  VDP_TRY(cursor.skip(length_width, "fractal heap: next huge id"));
  VDP_ASSIGN(huge_index_, file_.read_address(cursor, "fractal heap: index of huge objects"));
  VDP_TRY(cursor.skip(length_width + offset_width, "fractal heap: free space"));
  VDP_TRY(cursor.skip(8 * length_width, "fractal heap: statistics"));
  VDP_ASSIGN(width_, cursor.read_u16("fractal heap: table width"));
  VDP_ASSIGN(starting_size_, file_.read_length(cursor, "fractal heap: starting block size"));
  VDP_ASSIGN(max_direct_size_, file_.read_length(cursor, "fractal heap: largest direct block"));
  VDP_ASSIGN(const auto heap_bits, cursor.read_u16("fractal heap: largest heap"));
  VDP_TRY(cursor.skip(2, "fractal heap: starting rows"));
  VDP_ASSIGN(root_, file_.read_address(cursor, "fractal heap: root block"));
  VDP_ASSIGN(root_rows_, cursor.read_u16("fractal heap: rows of the root"));
  if (!std::has_single_bit(width_) || !std::has_single_bit(starting_size_) || !std::has_single_bit(max_direct_size_) ||
      max_direct_size_ < starting_size_ || max_direct_size_ > (1U << 31) || heap_bits == 0 || heap_bits > 64 ||
      root_rows_ > 64) {
    return corrupt(fmt::format(
        "fractal heap at offset {}: table width {}, block sizes {} to {}, {} bits, {} rows are not possible",
        file_.absolute(address), width_, starting_size_, max_direct_size_, heap_bits, root_rows_));
  }
  offset_bytes_ = (heap_bits + 7U) / 8U;
  const std::size_t direct_bytes = (static_cast<std::size_t>(std::bit_width(max_direct_size_)) - 1 + 7) / 8;
  object_length_bytes_ = std::min(direct_bytes, bytes_to_hold(max_managed));
  return {};
}

std::uint64_t FractalHeap::row_block_size(std::uint64_t row) const {
  return row == 0 ? starting_size_ : starting_size_ << (row - 1);
}

std::uint64_t FractalHeap::row_offset(std::uint64_t row) const {
  return row == 0 ? 0 : (width_ * starting_size_) << (row - 1);
}

std::uint64_t FractalHeap::row_of(std::uint64_t offset) const {
  return static_cast<std::uint64_t>(std::bit_width(offset / (width_ * starting_size_)));
}

std::uint64_t FractalHeap::direct_rows() const {
  return static_cast<std::uint64_t>(std::bit_width(max_direct_size_) - std::bit_width(starting_size_)) + 2;
}

Decoded<HeapObject> FractalHeap::object(ByteView id) {
  if (id.empty()) return corrupt("fractal heap: an empty id");
  switch ((id[0] >> 4) & 0x03) {
    case 0:
      return managed(id);
    case 1:
      return huge(id);
    case 2:
      return tiny(id);
    default:
      return corrupt("fractal heap: id of type 3 found, 0 to 2 expected");
  }
}

Decoded<HeapObject> FractalHeap::managed(ByteView id) {
  Cursor cursor(id);
  VDP_TRY(cursor.skip(1, "heap id: type"));
  VDP_ASSIGN(const auto offset, cursor.read_uint(offset_bytes_, "heap id: offset"));
  VDP_ASSIGN(const auto length, cursor.read_uint(object_length_bytes_, "heap id: length"));
  VDP_ASSIGN(const Block block, find_block(offset));
  VDP_TRY(verify_direct(block));
  const std::uint64_t start = offset - block.heap_offset;
  if (start > block.size || length > block.size - start) {
    return corrupt(fmt::format("fractal heap: object of {} bytes at {} reaches beyond its block of {} bytes", length,
                               start, block.size));
  }
  VDP_ASSIGN(const ByteView bytes, file_.view(block.address + start, length, "fractal heap object"));
  return HeapObject{bytes, block.address + start};
}

Decoded<FractalHeap::Block> FractalHeap::find_block(std::uint64_t heap_offset) {
  if (root_rows_ == 0) return Block{root_, 0, starting_size_};
  Block block{root_, 0, 0};
  std::uint64_t rows = root_rows_;
  for (std::uint32_t depth = 0; depth < file_.limits().max_depth; ++depth) {
    const std::uint64_t within = heap_offset - block.heap_offset;
    const std::uint64_t row = row_of(within);
    if (row >= rows) {
      return corrupt(fmt::format("fractal heap: offset {} lies in row {}, the block has {}", heap_offset, row, rows));
    }
    const std::uint64_t size = row_block_size(row);
    const std::uint64_t column = (within - row_offset(row)) / size;
    VDP_ASSIGN(const Address child, read_child(block.address, block.heap_offset, rows, row, column));
    block = {child, block.heap_offset + row_offset(row) + column * size, size};
    if (row < direct_rows()) return block;
    const std::uint64_t first_row_bytes = width_ * starting_size_;
    rows = static_cast<std::uint64_t>(std::bit_width(size / first_row_bytes));
  }
  return over_limit(fmt::format("fractal heap: indirect blocks deeper than {}", file_.limits().max_depth));
}

/// Signature, version (1), address of the heap, offset of the block in the heap.
Decoded<Cursor> FractalHeap::begin_block(ByteView bytes, Address address, std::string_view signature,
                                         std::uint64_t heap_offset) const {
  Cursor cursor = file_.cursor(bytes, address);
  VDP_TRY(cursor.expect(signature, "fractal heap block: signature"));
  VDP_TRY(cursor.skip(1, "fractal heap block: version"));
  VDP_ASSIGN(const Address heap, file_.read_address(cursor, "fractal heap block: heap"));
  VDP_ASSIGN(const auto offset, cursor.read_uint(offset_bytes_, "fractal heap block: offset"));
  if (heap != header_ || offset != heap_offset) {
    return corrupt(fmt::format("fractal heap block at offset {}: belongs at {} of the heap at {}, not at {} of {}",
                               file_.absolute(address), offset, heap, heap_offset, header_));
  }
  return cursor;
}

Decoded<Address> FractalHeap::read_child(Address indirect, std::uint64_t heap_offset, std::uint64_t rows,
                                         std::uint64_t row, std::uint64_t column) {
  const std::uint64_t width = file_.geometry().offset_bytes;
  const std::uint64_t head = 5 + width + offset_bytes_;
  auto& verified = file_.decoded_before().verified;
  const std::array<std::uint64_t, 4> key{indirect, header_, heap_offset, rows};
  if (!verified.contains(key)) {
    VDP_ASSIGN(const ByteView bytes, file_.view(indirect, head + rows * width_ * width + 4, "indirect block"));
    VDP_TRY(verify_checksum(bytes, "indirect block", file_.absolute(indirect)));
    VDP_TRY(begin_block(bytes, indirect, "FHIB", heap_offset));
    verified.insert(key);
  }
  const Address place = indirect + head + (row * width_ + column) * width;
  VDP_ASSIGN(const ByteView child, file_.view(place, width, "indirect block: child"));
  Cursor cursor = file_.cursor(child, place);
  return file_.read_address(cursor, "indirect block: child");
}

Decoded<void> FractalHeap::verify_direct(const Block& block) {
  auto& verified = file_.decoded_before().verified;
  const std::array<std::uint64_t, 4> key{block.address, header_, block.heap_offset, block.size};
  if (verified.contains(key)) return {};
  VDP_ASSIGN(const ByteView bytes, file_.view(block.address, block.size, "direct block"));
  VDP_ASSIGN(Cursor cursor, begin_block(bytes, block.address, "FHDB", block.heap_offset));
  if (checked_blocks_) {  // the checksum lies in front of the data and counts as zeros
    const std::size_t at = cursor.position();
    VDP_ASSIGN(const auto found, cursor.read_u32("direct block: checksum"));
    Bytes copy(bytes.begin(), bytes.end());
    std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(at), 4, std::uint8_t{0});
    if (lookup3(copy) != found && !checksums_ignored) {
      return corrupt(fmt::format("direct block at offset {}: checksum {:#010x} found, {:#010x} expected",
                                 file_.absolute(block.address), found, lookup3(copy)));
    }
  }
  verified.insert(key);
  return {};
}

Decoded<HeapObject> FractalHeap::tiny(ByteView id) const {
  // The length less one is in 4 bits, or in 12 where ids have room for more than 16 bytes.
  const bool extended = id_bytes_ > 17;
  const std::size_t head = extended ? 2 : 1;
  if (id.size() < head) return corrupt("heap id: too short");
  const std::size_t length = 1 + (extended ? (id[0] & 0x0fU) << 8 | id[1] : id[0] & 0x0fU);
  if (length > id.size() - head)
    return corrupt(fmt::format("heap id: tiny object of {} bytes in {}", length, id.size()));
  return HeapObject{id.subspan(head, length), 0};
}

}  // namespace vdp::hdf5
