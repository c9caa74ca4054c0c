#include "icechunk/format/file_header.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::icechunk {
namespace {

constexpr std::string_view magic =
    "ICE\xF0\x9F\xA7\x8A"
    "CHUNK";
constexpr std::string_view implementation_name = "vdp-0.1.0";
constexpr std::size_t name_offset = 12;
constexpr std::size_t name_size = 24;
constexpr std::size_t version_offset = 36;
constexpr std::size_t type_offset = 37;
constexpr std::size_t compression_offset = 38;
constexpr std::uint8_t compression_zstd = 1;

Status check_signature(ByteView object) {
  if (object.size() < file_header_size) {
    return corrupt(fmt::format("file header: found {} bytes, expected at least {}", object.size(), file_header_size));
  }
  if (!has_file_header(object)) return corrupt("file header, byte 0: the signature of Icechunk is missing");
  return {};
}

}  // namespace

std::string_view to_string(ObjectType type) {
  switch (type) {
    case ObjectType::snapshot:
      return "snapshot";
    case ObjectType::manifest:
      return "manifest";
    case ObjectType::transaction_log:
      return "transaction log";
    case ObjectType::repo_info:
      return "repo info";
  }
  return "unknown";
}

std::array<std::uint8_t, file_header_size> encode_file_header(ObjectType type, std::uint8_t spec_version) {
  std::array<std::uint8_t, file_header_size> header{};
  std::ranges::fill(header, ' ');
  std::ranges::copy(magic, header.begin());
  std::ranges::copy(implementation_name, header.begin() + name_offset);
  header[version_offset] = spec_version;
  header[type_offset] = static_cast<std::uint8_t>(type);
  header[compression_offset] = compression_zstd;
  return header;
}

bool has_file_header(ByteView object) { return as_text(object).starts_with(magic); }

Result<ObjectType> find_object_type(ByteView object) {
  VDP_TRY(check_signature(object));
  const auto type = static_cast<ObjectType>(object[type_offset]);
  if (to_string(type) != "unknown") return type;
  return corrupt(fmt::format("file header, byte {}: found the unknown file type {}", type_offset, object[type_offset]));
}

Result<FileHeader> decode_file_header(ByteView object, ObjectType expected) {
  VDP_TRY(check_signature(object));
  FileHeader header;
  header.implementation = std::string(as_text(object.subspan(name_offset, name_size)));
  header.implementation.erase(header.implementation.find_last_not_of(std::string_view(" \0", 2)) + 1);
  header.spec_version = object[version_offset];
  if (header.spec_version < 1 || header.spec_version > newest_spec_version) {
    return unsupported(fmt::format("file header, byte {}: format version {}, but only versions up to {} are known",
                                   version_offset, header.spec_version, newest_spec_version));
  }
  if (object[type_offset] != static_cast<std::uint8_t>(expected)) {
    return corrupt(fmt::format("file header, byte {}: found file type {}, expected {} ({})", type_offset,
                               object[type_offset], static_cast<int>(expected), to_string(expected)));
  }
  if (object[compression_offset] != compression_zstd) {
    return corrupt(fmt::format("file header, byte {}: found compression {}, expected {} (zstd)", compression_offset,
                               object[compression_offset], compression_zstd));
  }
  header.type = expected;
  return header;
}

}  // namespace vdp::icechunk
