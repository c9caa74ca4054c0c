// Global heap collections: where variable-length values lie ("III.E").
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/hdf5/datatype.h"
#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

/// The objects of collections, read once each. Valid until bytes are inserted.
class GlobalHeap {
 public:
  explicit GlobalHeap(const FileView& file) : file_(file) {}

  Decoded<ByteView> object(Address collection, std::uint32_t index);

  /// The bytes of one variable-length element: number of items (4), collection, index (4). `item_bytes` is the size of
  /// an item. An element of no items has no bytes.
  Decoded<ByteView> element(ByteView stored, std::uint64_t item_bytes);
  /// Size of such an element where it is stored.
  std::uint64_t element_bytes() const { return 8ULL + file_.geometry().offset_bytes; }

  /// A variable-length string, up to its first NUL.
  Decoded<std::string> text(ByteView stored);
  /// `count` of them, one after the other; all missing collections are asked for together.
  Decoded<std::vector<std::string>> texts(ByteView stored, std::uint64_t count);

 private:
  struct Object {
    std::uint32_t index = 0;
    ByteView bytes;
  };
  using Collection = std::vector<Object>;  ///< by index
  Decoded<Collection> read_collection(Address address) const;

  const FileView& file_;
  std::map<Address, Collection> collections_;
};

}  // namespace vdp::hdf5
