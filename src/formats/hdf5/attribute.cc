#include "formats/hdf5/attribute.h"

#include <fmt/format.h>

#include "formats/hdf5/dense_storage.h"
#include "formats/hdf5/shared_message.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint8_t shared_datatype_flag = 0x01;
constexpr std::uint8_t shared_dataspace_flag = 0x02;

struct Sizes {
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  std::uint16_t name = 0;
  std::uint16_t datatype = 0;
  std::uint16_t dataspace = 0;
};

Result<Sizes> read_sizes(Cursor& cursor) {
  Sizes sizes;
  VDP_ASSIGN(sizes.version, cursor.read_u8("attribute: version"));
  if (sizes.version < 1 || sizes.version > 3) {
    return corrupt(fmt::format("attribute: version {} found, 1 to 3 expected", sizes.version));
  }
  VDP_ASSIGN(sizes.flags, cursor.read_u8("attribute: flags"));
  VDP_ASSIGN(sizes.name, cursor.read_u16("attribute: size of name"));
  VDP_ASSIGN(sizes.datatype, cursor.read_u16("attribute: size of datatype"));
  VDP_ASSIGN(sizes.dataspace, cursor.read_u16("attribute: size of dataspace"));
  if (sizes.version == 1) sizes.flags = 0;  // reserved there
  if (sizes.version == 3) VDP_TRY(cursor.skip(1, "attribute: character set of name"));
  return sizes;
}

/// In version 1 name, datatype and dataspace are each padded to a multiple of 8.
Result<ByteView> read_part(Cursor& cursor, const Sizes& sizes, std::uint16_t size, std::string_view field) {
  const std::uint64_t padded = sizes.version == 1 ? (size + 7ULL) / 8 * 8 : size;
  VDP_ASSIGN(const ByteView part, cursor.read_bytes(padded, field));
  return part.first(size);
}

Decoded<void> decode_parts(const FileView& file, Cursor& cursor, Address address, const Sizes& sizes,
                           Attribute& attribute) {
  const Address type_at = address + cursor.position();
  VDP_ASSIGN(const ByteView type, read_part(cursor, sizes, sizes.datatype, "attribute: datatype"));
  const Address space_at = address + cursor.position();
  VDP_ASSIGN(const ByteView space, read_part(cursor, sizes, sizes.dataspace, "attribute: dataspace"));
  Message type_message{MessageType::datatype, (sizes.flags & shared_datatype_flag) != 0, type, type_at};
  Message space_message{MessageType::dataspace, (sizes.flags & shared_dataspace_flag) != 0, space, space_at};
  VDP_ASSIGN(type_message, resolve_shared(file, type_message));
  VDP_ASSIGN(space_message, resolve_shared(file, space_message));
  Cursor type_cursor = file.cursor(type_message.body, type_message.address);
  VDP_ASSIGN(attribute.type, decode_datatype(type_cursor));
  VDP_ASSIGN(attribute.space, decode_dataspace(file, file.cursor(space_message.body, space_message.address)));
  VDP_ASSIGN(attribute.data, cursor.read_bytes(cursor.remaining(), "attribute: data"));
  return {};
}

Decoded<Attribute> decode_attribute(const FileView& file, ByteView body, Address address) {
  Cursor cursor = file.cursor(body, address);
  VDP_ASSIGN(const Sizes sizes, read_sizes(cursor));
  Attribute attribute;
  VDP_ASSIGN(const ByteView name, read_part(cursor, sizes, sizes.name, "attribute: name"));
  attribute.name = as_text(name).substr(0, as_text(name).find('\0'));
  auto parts = decode_parts(file, cursor, address, sizes, attribute);
  if (!parts) {
    if (parts.error().is_missing()) return missing();
    attribute.problem = parts.error().error().text();
  }
  return attribute;
}

/// "IV.A.2.v. Attribute Info".
Decoded<std::vector<HeapObject>> read_dense_attributes(const FileView& file, const Message& message) {
  Cursor cursor = file.cursor(message.body, message.address);
  VDP_TRY(cursor.skip(1, "attribute info: version"));
  VDP_ASSIGN(const auto flags, cursor.read_u8("attribute info: flags"));
  if ((flags & 0x01) != 0) VDP_TRY(cursor.skip(2, "attribute info: maximum creation index"));
  VDP_ASSIGN(const Address heap, file.read_address(cursor, "attribute info: fractal heap"));
  VDP_ASSIGN(const Address names, file.read_address(cursor, "attribute info: name index"));
  if (heap == undefined_address) return std::vector<HeapObject>{};
  return read_dense_objects(file, heap, names, DenseRecord::attribute_name);
}

}  // namespace

Decoded<std::vector<Attribute>> read_attributes(const FileView& file, const std::vector<Message>& messages) {
  std::vector<Attribute> attributes;
  bool incomplete = false;
  const auto add = [&](ByteView body, Address address) -> Decoded<void> {
    auto attribute = decode_attribute(file, body, address);
    if (attribute) {
      attributes.push_back(std::move(*attribute));
    } else if (attribute.error().is_missing()) {
      incomplete = true;
    } else {
      return std::unexpected(std::move(attribute).error());
    }
    return {};
  };
  for (const Message& message : messages) {
    if (message.type == MessageType::attribute) {
      const auto own = resolve_shared(file, message);
      if (own) {
        VDP_TRY(add(own->body, own->address));
      } else if (own.error().is_missing()) {
        incomplete = true;
      } else {
        return std::unexpected(own.error());
      }
    } else if (message.type == MessageType::attribute_info) {
      VDP_ASSIGN(const auto bodies, read_dense_attributes(file, message));
      for (const HeapObject& body : bodies) VDP_TRY(add(body.bytes, body.address));
    }
  }
  if (incomplete) return missing();
  return attributes;
}

}  // namespace vdp::hdf5
