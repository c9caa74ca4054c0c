#include "icechunk/format/zstd_frame.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

namespace vdp::icechunk {
namespace {

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeDictionary {
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

constexpr std::size_t first_buffer_bytes = 64 << 10;
/// What FlatBuffers are compressed by, at least: a first guess that is too high costs memory, one too low copies.
constexpr std::size_t usual_ratio = 4;
/// And at most: so far a frame's own word for its size is taken.
constexpr std::size_t usual_highest_ratio = 32;

/// The size to begin decompressing with: what the frame says it is, where that is credible.
std::uint64_t first_content_bytes(ByteView frame) {
  const std::uint64_t credible = std::max<std::uint64_t>(first_buffer_bytes, frame.size() * usual_highest_ratio);
  const unsigned long long declared = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (declared == ZSTD_CONTENTSIZE_UNKNOWN || declared == ZSTD_CONTENTSIZE_ERROR) {
    return std::max<std::uint64_t>(first_buffer_bytes, frame.size() * usual_ratio);
  }
  return std::clamp<std::uint64_t>(declared, 1, credible);
}

}  // namespace

struct FrameWriter::Context {
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> compressor{ZSTD_createCCtx()};

  /// The bytes that the context still holds back.
  std::size_t compress(ZSTD_outBuffer& output, ZSTD_inBuffer& input, ZSTD_EndDirective end) {
    const std::size_t left = ZSTD_compressStream2(compressor.get(), &output, &input, end);
    // Nothing in the content can make it fail: it is for want of memory.
    if (ZSTD_isError(left)) throw std::bad_alloc();
    return left;
  }
};

FrameWriter::FrameWriter(Bytes& out, std::uint64_t content_bytes, int level)
    : context_(std::make_unique<Context>()), out_(out), filled_(out.size()) {
  ZSTD_CCtx* compressor = context_->compressor.get();
  ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setPledgedSrcSize(compressor, content_bytes);
  // A buffer of compressBound would take as much memory again as the content. What is reserved and never written to
  // takes none.
  out_.reserve(filled_ + std::min<std::uint64_t>(ZSTD_compressBound(content_bytes),
                                                 first_buffer_bytes + content_bytes / usual_ratio));
}

FrameWriter::~FrameWriter() = default;

void FrameWriter::make_room() {
  if (filled_ < out_.size()) return;
  const std::size_t unused = out_.capacity() - filled_;
  out_.resize(filled_ + (unused == 0 ? first_buffer_bytes : std::min(unused, first_buffer_bytes)));
}

void FrameWriter::write(ByteView piece) {
  ZSTD_inBuffer input{piece.data(), piece.size(), 0};
  while (input.pos < input.size) {
    make_room();
    ZSTD_outBuffer output{out_.data(), out_.size(), filled_};
    context_->compress(output, input, ZSTD_e_continue);
    filled_ = output.pos;
  }
}

void FrameWriter::finish() {
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  for (bool more = true; more;) {
    make_room();
    ZSTD_outBuffer output{out_.data(), out_.size(), filled_};
    more = context_->compress(output, nothing, ZSTD_e_end) != 0;
    filled_ = output.pos;
  }
  out_.resize(filled_);
}

void compress_frame_onto(Bytes& out, ByteView content, int level) {
  FrameWriter frame(out, content.size(), level);
  frame.write(content);
  frame.finish();
}

Bytes compress_frame(ByteView content, int level) {
  Bytes out;
  compress_frame_onto(out, content, level);
  return out;
}

Result<Bytes> decompress_frame(ByteView frame, std::uint64_t max_bytes, std::uint64_t base_offset) {
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  Bytes content(std::min<std::uint64_t>(max_bytes, first_content_bytes(frame)));
  ZSTD_inBuffer input{frame.data(), frame.size(), 0};
  std::size_t filled = 0;
  while (true) {
    ZSTD_outBuffer output{content.data(), content.size(), filled};
    const std::size_t hint = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(hint)) {
      return corrupt(fmt::format("zstd frame, near byte {}: {}", base_offset + input.pos, ZSTD_getErrorName(hint)));
    }
    const bool stuck = output.pos == filled && input.pos == input.size;
    filled = output.pos;
    if (hint == 0) break;
    if (filled == content.size()) {
      if (filled >= max_bytes) {
        return over_limit(fmt::format("zstd frame: the content is longer than {} bytes, the limit", max_bytes));
      }
      content.resize(std::min<std::uint64_t>(max_bytes, content.size() * 2));
    } else if (stuck) {
      return corrupt(fmt::format("zstd frame: found {} bytes, expected more of an unfinished frame", frame.size()));
    }
  }
  if (input.pos != input.size) {
    return corrupt(fmt::format("found {} bytes after the zstd frame at byte {}, expected none", input.size - input.pos,
                               base_offset + input.pos));
  }
  content.resize(filled);
  return content;
}

struct DictionaryDecoder::Contexts {
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> decompressor;
  std::unique_ptr<ZSTD_DDict, FreeDictionary> dictionary;
};

DictionaryDecoder::DictionaryDecoder(ByteView dictionary) : contexts_(std::make_unique<Contexts>()) {
  contexts_->decompressor.reset(ZSTD_createDCtx());
  contexts_->dictionary.reset(ZSTD_createDDict(dictionary.data(), dictionary.size()));
}
DictionaryDecoder::~DictionaryDecoder() = default;
DictionaryDecoder::DictionaryDecoder(DictionaryDecoder&&) noexcept = default;

Result<std::string> DictionaryDecoder::decode(ByteView frame, std::size_t max_bytes) {
  if (!contexts_->dictionary) return corrupt("location dictionary: not a zstd dictionary");
  std::string text(max_bytes, '\0');
  const std::size_t size = ZSTD_decompress_usingDDict(contexts_->decompressor.get(), text.data(), text.size(),
                                                      frame.data(), frame.size(), contexts_->dictionary.get());
  if (ZSTD_isError(size)) return corrupt(fmt::format("compressed location: {}", ZSTD_getErrorName(size)));
  text.resize(size);
  return text;
}

}  // namespace vdp::icechunk
