// Where the bytes of one chunk are.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "icechunk/format/ids.h"
#include "manifest/chunk_manifest.h"

namespace vdp::icechunk {

/// The chunk's encoded bytes lie in the manifest itself.
struct InlineChunk {
  Bytes bytes;
  bool operator==(const InlineChunk&) const = default;
};

/// The bytes are a range of an object chunks/ID of the repository.
struct NativeChunk {
  ChunkId id;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const NativeChunk&) const = default;
};

/// The bytes are a range of an object elsewhere, in the version that `location` names. The url is absolute, or
/// "vcc://NAME/path" relative to a virtual chunk container of the configuration.
struct VirtualChunk {
  SourceLocation location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const VirtualChunk&) const = default;
};

using ChunkRef = std::variant<InlineChunk, NativeChunk, VirtualChunk>;

enum class ChunkRefKind : std::uint8_t {
  inlined,
  native,
  virtual_,
  missing,  ///< deleted: in change sets only, never in a manifest, never shown to a visitor
};

/// One reference of a table without copies: valid while the table is, and is not changed.
struct ChunkRefView {
  std::span<const std::uint32_t> index;  ///< position in the chunk grid, one per dimension
  ChunkRefKind kind = ChunkRefKind::inlined;
  ByteView bytes;                    ///< of an inlined chunk
  ChunkId chunk_id;                  ///< of a native chunk
  std::string_view url;              ///< of a virtual chunk; so are the next two
  std::string_view etag;             ///< empty: unknown
  std::int64_t last_modified_s = 0;  ///< 0: unknown
  std::uint64_t offset = 0;          ///< of native and virtual chunks
  std::uint64_t length = 0;          ///< of all kinds
};

ChunkRef to_chunk_ref(const ChunkRefView& view);

}  // namespace vdp::icechunk
