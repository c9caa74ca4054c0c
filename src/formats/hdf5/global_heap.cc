#include "formats/hdf5/global_heap.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"

namespace vdp::hdf5 {
namespace {
/// The smallest collection that the library makes.
constexpr std::uint64_t expected_collection_bytes = 4096;

/// The heads of a collection and of its objects are padded as the data are, which shows where lengths have fewer than
/// 8 bytes.
constexpr std::uint64_t padded(std::uint64_t bytes) { return (bytes + 7) / 8 * 8; }
}  // namespace

/// "GCOL", version (1), reserved (3), size; objects: index (2), references (2), reserved (4), size, data padded to 8.
Decoded<HeapCollection> GlobalHeap::read_collection(Address address) const {
  const std::uint64_t head_bytes = padded(8ULL + file_.geometry().length_bytes);
  VDP_ASSIGN(ByteView head, file_.view_ahead(address, head_bytes, expected_collection_bytes, "global heap"));
  Cursor start = file_.cursor(head.first(head_bytes), address);
  VDP_TRY(start.expect("GCOL", "global heap: signature"));
  VDP_TRY(start.skip(4, "global heap: version"));
  VDP_ASSIGN(const auto size, file_.read_length(start, "global heap: size"));
  VDP_ASSIGN(const ByteView bytes, file_.view(address, size, "global heap"));
  Cursor cursor = file_.cursor(bytes, address);
  VDP_TRY(cursor.skip(head_bytes, "global heap"));
  std::uint64_t& collection_bytes = file_.decoded_before().collection_bytes;
  if (size > file_.file_size() - collection_bytes) {
    return corrupt(fmt::format("global heap at offset {}: its collections overlap", file_.absolute(address)));
  }
  HeapCollection objects;
  const std::uint64_t object_head_bytes = padded(8ULL + file_.geometry().length_bytes);
  while (cursor.remaining() >= object_head_bytes) {
    VDP_ASSIGN(const auto index, cursor.read_u16("global heap: object index"));
    if (index == 0) break;  // the rest is free space
    VDP_TRY(cursor.skip(6, "global heap: reference count"));
    VDP_ASSIGN(const auto length, file_.read_length(cursor, "global heap: object size"));
    VDP_TRY(cursor.skip(object_head_bytes - 8 - file_.geometry().length_bytes, "global heap: padding"));
    objects.push_back({index, address + cursor.position(), length});
    VDP_TRY(cursor.skip(length, "global heap: object"));
    const std::uint64_t padding = (8 - length % 8) % 8;
    if (padding > cursor.remaining()) break;
    VDP_TRY(cursor.skip(padding, "global heap: padding"));
  }
  if (!std::ranges::is_sorted(objects, {}, &HeapObjectPlace::index))
    std::ranges::stable_sort(objects, {}, &HeapObjectPlace::index);
  collection_bytes += size;
  return objects;
}

Decoded<ByteView> GlobalHeap::object(Address collection, std::uint32_t index) {
  auto& collections = file_.decoded_before().collections;
  auto known = collections.find(collection);
  if (known == collections.end()) {
    VDP_ASSIGN(HeapCollection objects, read_collection(collection));
    known = collections.emplace(collection, std::move(objects)).first;
  }
  const auto found = std::ranges::lower_bound(known->second, index, {}, &HeapObjectPlace::index);
  if (found == known->second.end() || found->index != index) {
    return corrupt(fmt::format("global heap at offset {}: it has no object {}", file_.absolute(collection), index));
  }
  return file_.view(found->address, found->length, "global heap object");
}

Decoded<ByteView> GlobalHeap::element(ByteView stored, std::uint64_t item_bytes) {
  Cursor cursor(stored);
  VDP_ASSIGN(const auto items, cursor.read_u32("variable-length element: items"));
  VDP_ASSIGN(const Address collection, file_.read_address(cursor, "variable-length element: collection"));
  VDP_ASSIGN(const auto index, cursor.read_u32("variable-length element: index"));
  if (items == 0 || collection == undefined_address || (collection == 0 && index == 0)) return ByteView{};
  VDP_ASSIGN(const ByteView data, object(collection, index));
  const auto length = checked_multiply<std::uint64_t>(items, item_bytes);
  if (!length || *length > data.size()) {
    return corrupt(fmt::format("variable-length element: {} items of {} bytes in a heap object of {} bytes", items,
                               item_bytes, data.size()));
  }
  element_bytes_used_ += *length;
  if (element_bytes_used_ > file_.limits().max_element_bytes) {
    return over_limit(
        fmt::format("variable-length elements: more than the {} bytes of the file", file_.limits().max_element_bytes));
  }
  return data.first(*length);
}

Decoded<std::string> GlobalHeap::text(ByteView stored) {
  VDP_ASSIGN(const ByteView bytes, element(stored, 1));
  return std::string(as_text(bytes).substr(0, as_text(bytes).find('\0')));
}

Decoded<std::vector<std::string>> GlobalHeap::texts(ByteView stored, std::uint64_t count) {
  const std::uint64_t width = element_bytes();
  if (stored.size() / width < count) {
    return corrupt(fmt::format("variable-length strings: {} of them in {} bytes", count, stored.size()));
  }
  std::vector<std::string> values;
  bool incomplete = false;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto value = text(stored.subspan(i * width, width));
    if (value) {
      values.push_back(std::move(*value));
    } else if (value.error().is_missing()) {
      incomplete = true;
    } else {
      return std::unexpected(std::move(value).error());
    }
  }
  if (incomplete) return missing();
  return values;
}

}  // namespace vdp::hdf5
