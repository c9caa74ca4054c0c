#include "formats/hdf5/link.h"

#include <fmt/format.h>

#include "formats/hdf5/dense_storage.h"

namespace vdp::hdf5 {
namespace {

Result<std::string> read_text(Cursor& cursor, std::uint64_t length, std::string_view field) {
  VDP_ASSIGN(const ByteView text, cursor.read_bytes(length, field));
  return std::string(as_text(text));
}

/// Version and flags (1), the file's name, the object's path, both NUL-terminated.
void split_external(const std::string& value, Link& link) {
  const std::string_view names = std::string_view(value).substr(value.empty() ? 0 : 1);
  const std::size_t end = names.find('\0');
  link.file = names.substr(0, end);
  if (end == std::string_view::npos) return;
  const std::string_view rest = names.substr(end + 1);
  link.target = rest.substr(0, rest.find('\0'));
}

Status decode_link_target(const FileView& file, Cursor& cursor, std::uint8_t type, Link& link) {
  if (type == 0) {
    VDP_ASSIGN(link.address, file.read_address(cursor, "link: address"));
    return {};
  }
  VDP_ASSIGN(const auto length, cursor.read_u16("link: length of value"));
  VDP_ASSIGN(std::string value, read_text(cursor, length, "link: value"));
  if (type == 1) {
    link.kind = Link::Kind::soft;
    link.target = std::move(value);
  } else if (type == 64) {
    link.kind = Link::Kind::external;
    split_external(value, link);
  } else {
    link.kind = Link::Kind::user_defined;
  }
  return {};
}

/// "IV.A.2.c. Link Info".
Decoded<std::vector<Link>> read_dense_links(const FileView& file, const Message& message) {
  Cursor cursor = file.cursor(message.body, message.address);
  VDP_TRY(cursor.skip(1, "link info: version"));
  VDP_ASSIGN(const auto flags, cursor.read_u8("link info: flags"));
  if ((flags & 0x01) != 0) VDP_TRY(cursor.skip(8, "link info: maximum creation index"));
  VDP_ASSIGN(const Address heap, file.read_address(cursor, "link info: fractal heap"));
  VDP_ASSIGN(const Address names, file.read_address(cursor, "link info: name index"));
  std::vector<Link> links;
  if (heap == undefined_address) return links;
  VDP_ASSIGN(const auto bodies, read_dense_objects(file, heap, names, DenseRecord::link_name));
  for (const HeapObject& body : bodies) {
    VDP_ASSIGN(Link link, decode_link(file, file.cursor(body.bytes, body.address)));
    links.push_back(std::move(link));
  }
  return links;
}

}  // namespace

Result<Link> decode_link(const FileView& file, Cursor cursor) {
  VDP_ASSIGN(const auto version, cursor.read_u8("link: version"));
  if (version != 1) return corrupt(fmt::format("link: version {} found, 1 expected", version));
  VDP_ASSIGN(const auto flags, cursor.read_u8("link: flags"));
  std::uint8_t type = 0;
  if ((flags & 0x08) != 0) {
    VDP_ASSIGN(type, cursor.read_u8("link: type"));
  }
  if ((flags & 0x04) != 0) VDP_TRY(cursor.skip(8, "link: creation order"));
  if ((flags & 0x10) != 0) VDP_TRY(cursor.skip(1, "link: character set"));
  VDP_ASSIGN(const auto length, cursor.read_uint(std::size_t{1} << (flags & 0x03), "link: length of name"));
  Link link;
  VDP_ASSIGN(link.name, read_text(cursor, length, "link: name"));
  VDP_TRY(decode_link_target(file, cursor, type, link));
  return link;
}

Decoded<std::vector<Link>> read_links(const FileView& file, const std::vector<Message>& messages,
                                      std::vector<Address>& targets) {
  std::vector<Link> links;
  for (const Message& message : messages) {
    if (message.type == MessageType::link) {
      VDP_ASSIGN(Link link, decode_link(file, file.cursor(message.body, message.address)));
      links.push_back(std::move(link));
    } else if (message.type == MessageType::link_info) {
      VDP_ASSIGN(std::vector<Link> dense, read_dense_links(file, message));
      links.insert(links.end(), dense.begin(), dense.end());
    } else if (message.type == MessageType::symbol_table) {
      Cursor cursor = file.cursor(message.body, message.address);
      VDP_ASSIGN(const Address btree, file.read_address(cursor, "symbol table: B-tree"));
      VDP_ASSIGN(const Address heap, file.read_address(cursor, "symbol table: local heap"));
      VDP_ASSIGN(std::vector<Link> old, read_symbol_table(file, btree, heap, targets));
      links.insert(links.end(), old.begin(), old.end());
    }
  }
  for (const Link& link : links) {
    if (link.kind == Link::Kind::hard) targets.push_back(link.address);
  }
  return links;
}

}  // namespace vdp::hdf5
