// One zstd frame (RFC 8878), bounded when it is decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp::icechunk {

/// With content size and content checksum, so that a flipped bit is an error and not another value.
Bytes compress_frame(ByteView content, int level);
/// Appends the frame to `out`.
void compress_frame_onto(Bytes& out, ByteView content, int level);

/// One frame over content that comes in pieces: it is never in memory as a whole.
class FrameWriter {
 public:
  /// Appends to `out`. `content_bytes`: of all pieces together, exactly; the frame tells it.
  FrameWriter(Bytes& out, std::uint64_t content_bytes, int level);
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  void write(ByteView piece);
  /// After the last piece: the frame is whole.
  void finish();

 private:
  struct Context;
  void make_room();

  std::unique_ptr<Context> context_;
  Bytes& out_;
  std::size_t filled_;  ///< of out_; what follows is room
};

/// The content of exactly one frame; `limit` where it would be longer than `max_bytes`, `corrupt` for anything that is
/// not one whole frame, trailing bytes included. `base_offset`: where the frame begins in its file, for messages.
Result<Bytes> decompress_frame(ByteView frame, std::uint64_t max_bytes, std::uint64_t base_offset = 0);

/// Frames that were compressed over a common dictionary: the locations of a manifest.
class DictionaryDecoder {
 public:
  explicit DictionaryDecoder(ByteView dictionary);
  ~DictionaryDecoder();
  DictionaryDecoder(DictionaryDecoder&&) noexcept;
  /// The content of one frame, at most `max_bytes` of it. Valid until the next call.
  Result<std::string_view> decode(ByteView frame, std::size_t max_bytes);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace vdp::icechunk
