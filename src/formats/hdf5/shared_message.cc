#include "formats/hdf5/shared_message.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint8_t in_table = 1;  ///< type of a shared message of version 3
constexpr std::size_t heap_id_bytes = 8;
constexpr std::uint8_t max_indexes = 8;

std::uint16_t type_flag(MessageType type) { return static_cast<std::uint16_t>(1U << static_cast<std::uint16_t>(type)); }

/// Version (1), type (1), message types (2), least size (4), limits of list and tree (2 each), messages (2), index,
/// heap. Only the heap is needed: ids name messages in it.
Result<SharedMessageIndex> decode_index(const FileView& file, Cursor& cursor) {
  SharedMessageIndex index;
  VDP_TRY(cursor.skip(2, "shared message index: version and type"));
  VDP_ASSIGN(index.type_flags, cursor.read_u16("shared message index: message types"));
  VDP_TRY(cursor.skip(4 + 2 + 2 + 2, "shared message index: sizes"));
  VDP_TRY(file.read_address(cursor, "shared message index: list or tree"));
  VDP_ASSIGN(index.heap, file.read_address(cursor, "shared message index: heap"));
  return index;
}

Decoded<Message> find_in_header(const FileView& file, Address address, MessageType type) {
  VDP_ASSIGN(const std::vector<Message> messages, read_object_header(file, address));
  const auto found = std::ranges::find(messages, type, &Message::type);
  if (found == messages.end()) {
    return corrupt(fmt::format("shared message: the object at offset {} has no message of type {:#04x}",
                               file.absolute(address), static_cast<unsigned>(type)));
  }
  if (!found->shared) return *found;
  // A committed datatype may itself lie in the table; further steps would be a circle.
  Cursor cursor = file.cursor(found->body, found->address);
  VDP_ASSIGN(const auto version, cursor.read_u8("shared message: version"));
  VDP_ASSIGN(const auto kind, cursor.read_u8("shared message: type"));
  if (version != 3 || kind != in_table) {
    return corrupt("shared message: refers to a message that is shared again");
  }
  return resolve_shared(file, *found);
}

}  // namespace

/// Version (1), address, number of indexes (1); there "SMTB", the indexes, checksum.
Decoded<std::vector<SharedMessageIndex>> read_shared_message_table(const FileView& file, const Message& message) {
  Cursor cursor = file.cursor(message.body, message.address);
  VDP_TRY(cursor.skip(1, "shared message table: version"));
  VDP_ASSIGN(const Address address, file.read_address(cursor, "shared message table: address"));
  VDP_ASSIGN(const auto count, cursor.read_u8("shared message table: number of indexes"));
  if (count > max_indexes) {
    return corrupt(fmt::format("shared message table: {} indexes found, at most {} expected", count, max_indexes));
  }
  const std::uint64_t index_bytes = 14 + 2ULL * file.geometry().offset_bytes;
  VDP_ASSIGN(const ByteView bytes, file.view(address, 4 + count * index_bytes + 4, "shared message table"));
  VDP_TRY(verify_checksum(bytes, "shared message table", file.absolute(address)));
  Cursor table = file.cursor(bytes, address);
  VDP_TRY(table.expect("SMTB", "shared message table: signature"));
  std::vector<SharedMessageIndex> indexes;
  for (int i = 0; i < count; ++i) {
    VDP_ASSIGN(const SharedMessageIndex index, decode_index(file, table));
    indexes.push_back(index);
  }
  return indexes;
}

Decoded<HeapObject> shared_body(const FileView& file, MessageType type, ByteView heap_id) {
  const std::uint16_t flag = type_flag(type);
  for (const SharedMessageIndex& index : file.shared_message_indexes()) {
    if ((index.type_flags & flag) == 0) continue;
    VDP_ASSIGN(FractalHeap heap, FractalHeap::open(file, index.heap));
    return heap.object(heap_id);
  }
  return corrupt(
      fmt::format("shared message: the file has no table for messages of type {:#04x}", static_cast<unsigned>(type)));
}

Decoded<Message> resolve_shared(const FileView& file, const Message& message) {
  if (!message.shared) return message;
  Cursor cursor = file.cursor(message.body, message.address);
  VDP_ASSIGN(const auto version, cursor.read_u8("shared message: version"));
  VDP_ASSIGN(const auto kind, cursor.read_u8("shared message: type"));
  if (version == 0 || version > 3) {
    return corrupt(fmt::format("shared message: version {} found, 1 to 3 expected", version));
  }
  if (version == 3 && kind == in_table) {
    VDP_ASSIGN(const ByteView id, cursor.read_bytes(heap_id_bytes, "shared message: heap id"));
    VDP_ASSIGN(const HeapObject body, shared_body(file, message.type, id));
    return Message{message.type, false, body.bytes, body.address};
  }
  // Version 1 has 6 reserved bytes before the address, versions 2 and 3 none.
  if (version == 1) VDP_TRY(cursor.skip(6, "shared message: reserved"));
  VDP_ASSIGN(const Address address, file.read_address(cursor, "shared message: address"));
  return find_in_header(file, address, message.type);
}

}  // namespace vdp::hdf5
