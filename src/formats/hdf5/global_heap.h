// Global heap collections: where variable-length values lie ("III.E").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/hdf5/datatype.h"
#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

/// The objects of collections. What it returns is valid until bytes are inserted.
class GlobalHeap {
 public:
  explicit GlobalHeap(const FileView& file) : file_(file) {}

  Decoded<ByteView> object(Address collection, std::uint32_t index);

  /// The bytes of one variable-length element: number of items (4), collection, index (4). `item_bytes` is the size of
  /// an item. An element of no items has no bytes. `limit` where those that were asked for come to more bytes than the
  /// file has: no two elements share theirs.
  Decoded<ByteView> element(ByteView stored, std::uint64_t item_bytes);
  /// Size of such an element where it is stored.
  std::uint64_t element_bytes() const { return 8ULL + file_.geometry().offset_bytes; }

  /// A variable-length string, up to its first NUL.
  Decoded<std::string> text(ByteView stored);
  /// `count` of them, one after the other; all missing collections are asked for together.
  Decoded<std::vector<std::string>> texts(ByteView stored, std::uint64_t count);

 private:
  Decoded<HeapCollection> read_collection(Address address) const;

  const FileView& file_;
  std::uint64_t element_bytes_used_ = 0;
};

}  // namespace vdp::hdf5
