#include "icechunk/format/object_envelope.h"

#include <algorithm>

#include "icechunk/format/zstd_frame.h"

namespace vdp::icechunk {
namespace {

/// The size that a FlatBuffer can have.
constexpr std::uint64_t max_payload_bytes = (2ULL << 30) - 1;
/// Real objects compress up to about 50 times; a small object may always decode to this much.
constexpr std::uint64_t always_allowed_bytes = 16ULL << 20;
constexpr std::uint64_t max_ratio = 256;

std::uint64_t payload_limit(std::size_t compressed_bytes) {
  return std::min(max_payload_bytes, always_allowed_bytes + compressed_bytes * max_ratio);
}

}  // namespace

Bytes seal_object(ObjectType type, ByteView payload, int compression_level) {
  const auto header = encode_file_header(type, newest_spec_version);
  Bytes object(header.begin(), header.end());
  compress_frame_onto(object, payload, compression_level);
  object.shrink_to_fit();
  return object;
}

Result<OpenedObject> open_object(ByteView object, ObjectType expected) {
  OpenedObject opened;
  VDP_ASSIGN(opened.header, decode_file_header(object, expected));
  const ByteView frame = object.subspan(file_header_size);
  VDP_ASSIGN(opened.payload, decompress_frame(frame, payload_limit(frame.size()), file_header_size));
  return opened;
}

}  // namespace vdp::icechunk
