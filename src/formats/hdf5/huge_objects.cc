// Objects of a fractal heap that are too large for its blocks ("III.G.3, heap id for huge objects").
#include <fmt/format.h>

#include "formats/hdf5/btree_v2.h"
#include "formats/hdf5/fractal_heap.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint8_t indirect_unfiltered_record = 1;

struct HugePlace {
  Address address = undefined_address;
  std::uint64_t length = 0;
};

Result<HugePlace> read_place(const FileView& file, Cursor& cursor) {
  HugePlace place;
  VDP_ASSIGN(place.address, file.read_address(cursor, "huge object: address"));
  VDP_ASSIGN(place.length, file.read_length(cursor, "huge object: length"));
  return place;
}

Decoded<HeapObject> read_object(const FileView& file, HugePlace place) {
  VDP_ASSIGN(const ByteView bytes, file.view(place.address, place.length, "huge object"));
  return HeapObject{bytes, place.address};
}

/// Where each object lies, by its number: address, length, number.
Decoded<std::map<std::uint64_t, HeapObject>> read_index(const FileView& file, Address index) {
  VDP_ASSIGN(const BtreeV2Records tree, read_btree_v2(file, index));
  if (tree.type != indirect_unfiltered_record) {
    return unsupported(fmt::format("huge heap objects with an index of type {}", tree.type));
  }
  std::map<std::uint64_t, HeapObject> objects;
  bool incomplete = false;
  for (const ByteView record : tree.records) {
    Cursor cursor(record);
    VDP_ASSIGN(const HugePlace place, read_place(file, cursor));
    VDP_ASSIGN(const auto number, file.read_length(cursor, "huge object: number"));
    auto object = read_object(file, place);
    if (object) {
      objects[number] = *object;
    } else if (object.error().is_missing()) {
      incomplete = true;
    } else {
      return std::unexpected(std::move(object).error());
    }
  }
  if (incomplete) return missing();
  return objects;
}

}  // namespace

Decoded<HeapObject> FractalHeap::huge(ByteView id) {
  Cursor cursor(id);
  VDP_TRY(cursor.skip(1, "heap id: type"));
  const std::size_t direct_bytes = file_.geometry().offset_bytes + file_.geometry().length_bytes;
  if (id_bytes_ > direct_bytes) {  // the id has room for address and length
    VDP_ASSIGN(const HugePlace place, read_place(file_, cursor));
    return read_object(file_, place);
  }
  const std::size_t number_bytes = std::min<std::size_t>(id_bytes_ - 1, file_.geometry().length_bytes);
  VDP_ASSIGN(const auto number, cursor.read_uint(number_bytes, "heap id: number"));
  if (!huge_objects_) {
    VDP_ASSIGN(huge_objects_, read_index(file_, huge_index_));
  }
  const auto found = huge_objects_->find(number);
  if (found == huge_objects_->end()) return corrupt(fmt::format("fractal heap: no huge object {}", number));
  return found->second;
}

}  // namespace vdp::hdf5
