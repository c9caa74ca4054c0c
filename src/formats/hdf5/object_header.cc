#include "formats/hdf5/object_header.h"

#include <fmt/format.h>

#include <set>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {
namespace {

constexpr std::string_view signature = "OHDR";
constexpr std::string_view continuation_signature = "OCHK";
constexpr std::uint8_t shared_flag = 0x02;
/// Most headers are smaller; asking for this much saves the second read of a header whose size is not known yet.
constexpr std::uint64_t expected_header_bytes = 1024;

struct Block {
  Address address = 0;
  std::uint64_t length = 0;
};

class HeaderReader {
 public:
  explicit HeaderReader(const FileView& file) : file_(file) {}

  Decoded<std::vector<Message>> read(Address address) {
    VDP_ASSIGN(ByteView start, file_.view_ahead(address, 16, expected_header_bytes, "object header"));
    if (as_text(start.first(4)) == signature) {
      VDP_TRY(read_prefix_2(address));
    } else {
      VDP_TRY(read_prefix_1(start, address));
    }
    while (!continuations_.empty()) {
      const Block block = continuations_.back();
      continuations_.pop_back();
      VDP_TRY(read_continuation(block));
    }
    return std::move(messages_);
  }

 private:
  Decoded<void> read_prefix_1(ByteView start, Address address) {
    Cursor cursor = file_.cursor(start, address);
    VDP_ASSIGN(const auto version, cursor.read_u8("object header: version"));
    if (version != 1) {
      return corrupt(fmt::format("object header at offset {}: version {} found, 1 or \"OHDR\" expected",
                                 file_.absolute(address), version));
    }
    VDP_TRY(cursor.skip(1 + 2 + 4, "object header: counts"));  // the number of messages is not to be relied on
    VDP_ASSIGN(const auto size, cursor.read_u32("object header: size"));
    VDP_ASSIGN(ByteView body, file_.view(address + 16, size, "object header"));
    return read_messages_1(body, address + 16);
  }

  Decoded<void> read_prefix_2(Address address) {
    version_ = 2;
    // Signature, version, flags, then what the flags say: at most 4 + 1 + 1 + 16 + 4 + 8 bytes.
    VDP_ASSIGN(ByteView head, file_.view(address, 6, "object header"));
    if (head[4] != 2) {
      return corrupt(
          fmt::format("object header at offset {}: version {} found, 2 expected", file_.absolute(address), head[4]));
    }
    const std::uint8_t flags = head[5];
    has_creation_order_ = (flags & 0x04) != 0;
    const std::size_t size_width = std::size_t{1} << (flags & 0x03);
    const std::uint64_t prefix = 6 + ((flags & 0x20) != 0 ? 16U : 0U) + ((flags & 0x10) != 0 ? 4U : 0U) + size_width;
    VDP_ASSIGN(ByteView start, file_.view_ahead(address, prefix, expected_header_bytes, "object header"));
    Cursor cursor = file_.cursor(start, address);
    VDP_TRY(cursor.skip(prefix - size_width, "object header: times and limits"));
    VDP_ASSIGN(const auto size, cursor.read_uint(size_width, "object header: size of chunk 0"));
    if (size > file_.limits().max_entries * 64) return corrupt("object header: size of chunk 0 is beyond reason");
    VDP_ASSIGN(ByteView block, file_.view(address, prefix + size + 4, "object header"));
    VDP_TRY(verify_checksum(block, "object header", file_.absolute(address)));
    return read_messages_2(block.subspan(prefix, size), address + prefix);
  }

  Decoded<void> read_continuation(Block block) {
    if (!visited_.insert(block.address).second) {
      return corrupt(fmt::format("object header: its continuation blocks run in a circle at offset {}",
                                 file_.absolute(block.address)));
    }
    VDP_ASSIGN(ByteView bytes, file_.view(block.address, block.length, "object header continuation"));
    if (block.length > file_.file_size() - continued_bytes_) {
      return corrupt("object header: its continuation blocks overlap");
    }
    continued_bytes_ += block.length;
    if (version_ == 1) return read_messages_1(bytes, block.address);
    Cursor cursor = file_.cursor(bytes, block.address);
    VDP_TRY(cursor.expect(continuation_signature, "object header continuation: signature"));
    VDP_TRY(verify_checksum(bytes, "object header continuation", file_.absolute(block.address)));
    if (bytes.size() < 8) return corrupt("object header continuation: too short");
    return read_messages_2(bytes.subspan(4, bytes.size() - 8), block.address + 4);
  }

  /// Type (2), size (2), flags (1), reserved (3), body; sizes are multiples of 8.
  Decoded<void> read_messages_1(ByteView block, Address address) {
    Cursor cursor = file_.cursor(block, address);
    while (cursor.remaining() >= 8) {
      VDP_ASSIGN(const auto type, cursor.read_u16("message: type"));
      VDP_ASSIGN(const auto size, cursor.read_u16("message: size"));
      VDP_ASSIGN(const auto flags, cursor.read_u8("message: flags"));
      VDP_TRY(cursor.skip(3, "message: reserved"));
      VDP_TRY(add(type, flags, size, cursor, address));
    }
    return {};
  }

  /// Type (1), size (2), flags (1), creation order (2, where tracked), body; a gap may follow the last one.
  Decoded<void> read_messages_2(ByteView block, Address address) {
    Cursor cursor = file_.cursor(block, address);
    const std::size_t head = has_creation_order_ ? 6 : 4;
    while (cursor.remaining() >= head) {
      VDP_ASSIGN(const auto type, cursor.read_u8("message: type"));
      VDP_ASSIGN(const auto size, cursor.read_u16("message: size"));
      VDP_ASSIGN(const auto flags, cursor.read_u8("message: flags"));
      if (has_creation_order_) VDP_TRY(cursor.skip(2, "message: creation order"));
      VDP_TRY(add(type, flags, size, cursor, address));
    }
    return {};
  }

  Decoded<void> add(std::uint16_t type, std::uint8_t flags, std::uint16_t size, Cursor& cursor, Address block) {
    const Address address = block + cursor.position();
    VDP_ASSIGN(ByteView body, cursor.read_bytes(size, "message: body"));
    const Message message{static_cast<MessageType>(type), (flags & shared_flag) != 0, body, address};
    if (message.type == MessageType::nil) return {};
    if (message.type != MessageType::continuation) {
      messages_.push_back(message);
      return {};
    }
    Cursor place = file_.cursor(body, address);
    Block next;
    VDP_ASSIGN(next.address, file_.read_address(place, "continuation: offset"));
    VDP_ASSIGN(next.length, file_.read_length(place, "continuation: length"));
    continuations_.push_back(next);
    return {};
  }

  const FileView& file_;
  int version_ = 1;
  bool has_creation_order_ = false;
  std::vector<Message> messages_;
  std::vector<Block> continuations_;
  std::set<Address> visited_;
  std::uint64_t continued_bytes_ = 0;
};

}  // namespace

Decoded<std::vector<Message>> read_object_header(const FileView& file, Address address) {
  return HeaderReader(file).read(address);
}

}  // namespace vdp::hdf5
