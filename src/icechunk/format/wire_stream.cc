#include "icechunk/format/wire_stream.h"

#include <algorithm>

namespace vdp::icechunk {
namespace {

/// Fits into the caches of a core together with the compressor's tables.
constexpr std::size_t block_bytes = 64 << 10;

Bytes header_of(ObjectType type) {
  const auto header = encode_file_header(type, newest_spec_version);
  return Bytes(header.begin(), header.end());
}

}  // namespace

WireStream::WireStream(ObjectType type, std::uint64_t payload_bytes, int compression_level)
    : object_(header_of(type)),
      frame_(object_, payload_bytes, compression_level),
      block_(std::min<std::uint64_t>(block_bytes, round_up(payload_bytes, sizeof(std::uint64_t)))) {}

void WireStream::put_bytes(ByteView bytes) {
  if (used_ + bytes.size() > block_.size()) flush();
  if (bytes.size() > block_.size()) {
    frame_.write(bytes);
    flushed_bytes_ += bytes.size();
  } else if (!bytes.empty()) {
    std::memcpy(block_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  }
}

Bytes WireStream::finish() {
  flush();
  frame_.finish();
  return std::move(object_);
}

void WireStream::flush() {
  frame_.write(ByteView(block_).first(used_));
  flushed_bytes_ += used_;
  used_ = 0;
}

}  // namespace vdp::icechunk
