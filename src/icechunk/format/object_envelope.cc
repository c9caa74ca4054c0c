#include "icechunk/format/object_envelope.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/format/zstd_frame.h"

namespace vdp::icechunk {
namespace {

/// The size that a FlatBuffer can have.
constexpr std::uint64_t max_payload_bytes = (2ULL << 30) - 1;
/// Real objects compress up to about 100 times, those that repeat long texts or inlined chunks a few hundred times. A
/// small object may always decode to this much: with what is made of it, it stays below 64 MiB.
constexpr std::uint64_t always_allowed_bytes = 8ULL << 20;
constexpr std::uint64_t max_ratio = 1024;

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

Status check_readable(const Bytes& object, std::uint64_t payload_bytes) {
  const std::uint64_t limit = payload_limit(object.size() - file_header_size);
  if (payload_bytes <= limit) return {};
  return over_limit(fmt::format("{} bytes of tables compress to {}: of so few at most {} would be read back",
                                payload_bytes, object.size(), limit));
}

Result<OpenedObject> open_object(ByteView object, ObjectType expected) {
  OpenedObject opened;
  VDP_ASSIGN(opened.header, decode_file_header(object, expected));
  const ByteView frame = object.subspan(file_header_size);
  VDP_ASSIGN(opened.payload, decompress_frame(frame, payload_limit(frame.size()), file_header_size));
  return opened;
}

}  // namespace vdp::icechunk
