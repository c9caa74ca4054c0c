// The 39 bytes in front of every Icechunk object except chunks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp::icechunk {

enum class ObjectType : std::uint8_t { snapshot = 1, manifest = 2, transaction_log = 4, repo_info = 6 };
std::string_view to_string(ObjectType type);

/// The newest format version that is read, and the one that is written.
inline constexpr std::uint8_t newest_spec_version = 2;

inline constexpr std::size_t file_header_size = 39;

/// Offset and length in bytes:
///    0 12  "ICE", U+1F9CA, "CHUNK" in UTF-8
///   12 24  name of the implementation that wrote the object, ASCII, padded with spaces
///   36  1  format version
///   37  1  ObjectType
///   38  1  compression of the rest: 1 for zstd, the only one that readers accept
struct FileHeader {
  std::string implementation;
  std::uint8_t spec_version = newest_spec_version;
  ObjectType type = ObjectType::snapshot;
};

/// With this library as the implementation.
std::array<std::uint8_t, file_header_size> encode_file_header(ObjectType type, std::uint8_t spec_version);
/// `corrupt` where the bytes are no header, or one of another type; `unsupported` for a newer format version.
Result<FileHeader> decode_file_header(ByteView object, ObjectType expected);

/// What the header says the object is; `corrupt` where the bytes are no header, or one of a type that is not known.
Result<ObjectType> find_object_type(ByteView object);
/// Whether the object begins as those with a header do.
bool has_file_header(ByteView object);

}  // namespace vdp::icechunk
