// Fractal heaps: where new groups keep dense links and attributes ("III.G").
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

struct HeapObject {
  ByteView bytes;       ///< valid until bytes are inserted
  Address address = 0;  ///< where they lie
};

class FractalHeap {
 public:
  /// Heaps whose blocks are filtered are `unsupported`.
  static Decoded<FractalHeap> open(const FileView& file, Address address);

  /// The object with this heap id: managed (in a direct block), huge (on its own) or tiny (in the id itself).
  Decoded<HeapObject> object(ByteView id);

 private:
  explicit FractalHeap(const FileView& file) : file_(file) {}

  Decoded<void> read_header(Address address);
  Decoded<HeapObject> managed(ByteView id);
  Decoded<HeapObject> huge(ByteView id);
  Decoded<HeapObject> tiny(ByteView id) const;

  struct Block {
    Address address = undefined_address;
    std::uint64_t heap_offset = 0;  ///< of the block's first byte in the heap's address space
    std::uint64_t size = 0;
  };
  /// The direct block that holds `heap_offset`.
  Decoded<Block> find_block(std::uint64_t heap_offset);
  Decoded<void> verify_direct(const Block& block);
  Decoded<Address> read_child(Address indirect, std::uint64_t heap_offset, std::uint64_t rows, std::uint64_t row,
                              std::uint64_t column);
  Decoded<Cursor> begin_block(ByteView bytes, Address address, std::string_view signature,
                              std::uint64_t heap_offset) const;

  // The doubling table: rows of `width_` blocks; rows 0 and 1 of the starting size, each later one twice as large.
  std::uint64_t row_block_size(std::uint64_t row) const;
  std::uint64_t row_offset(std::uint64_t row) const;
  std::uint64_t row_of(std::uint64_t offset) const;
  std::uint64_t direct_rows() const;

  const FileView& file_;
  Address header_ = undefined_address;
  bool checked_blocks_ = false;          ///< direct blocks carry a checksum
  std::size_t offset_bytes_ = 0;         ///< width of a heap offset
  std::size_t object_length_bytes_ = 0;  ///< width of a managed object's length in its id
  std::size_t id_bytes_ = 0;
  std::uint64_t width_ = 0;
  std::uint64_t starting_size_ = 0;
  std::uint64_t max_direct_size_ = 0;
  Address root_ = undefined_address;
  std::uint64_t root_rows_ = 0;  ///< 0: the root is a direct block
  Address huge_index_ = undefined_address;
  std::optional<std::map<std::uint64_t, HeapObject>> huge_objects_;
};

}  // namespace vdp::hdf5
