// One zstd frame (RFC 8878), bounded when it is decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp::icechunk {

/// With content size and content checksum, so that a flipped bit is an error and not another value.
Bytes compress_frame(ByteView content, int level);
/// Appends the frame to `out`.
void compress_frame_onto(Bytes& out, ByteView content, int level);

/// The content of exactly one frame; `limit` where it would be longer than `max_bytes`, `corrupt` for anything that is
/// not one whole frame, trailing bytes included. `base_offset`: where the frame begins in its file, for messages.
Result<Bytes> decompress_frame(ByteView frame, std::uint64_t max_bytes, std::uint64_t base_offset = 0);

/// Frames that were compressed over a common dictionary: the locations of a manifest.
class DictionaryDecoder {
 public:
  explicit DictionaryDecoder(ByteView dictionary);
  ~DictionaryDecoder();
  DictionaryDecoder(DictionaryDecoder&&) noexcept;
  /// The content of one frame, at most `max_bytes` of it.
  Result<std::string> decode(ByteView frame, std::size_t max_bytes);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace vdp::icechunk
