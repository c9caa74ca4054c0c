#include "icechunk/format/zstd_frame.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <thread>

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

/// Larger contents are compressed by threads of the library, while the caller lays out what follows.
constexpr std::uint64_t min_parallel_bytes = 8 << 20;
constexpr unsigned max_workers = 4;
/// Each worker has a few of these in memory.
constexpr int worker_job_bytes = 1 << 20;

int worker_count(std::uint64_t content_bytes) {
  if (content_bytes < min_parallel_bytes) return 0;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, max_workers));
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
  // A library that was built without threads refuses these two, and compresses as it always did.
  ZSTD_CCtx_setParameter(compressor, ZSTD_c_nbWorkers, worker_count(content_bytes));
  ZSTD_CCtx_setParameter(compressor, ZSTD_c_jobSize, worker_job_bytes);
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
  const unsigned long long declared = ZSTD_getFrameContentSize(frame.data(), frame.size());
  const bool is_declared = declared != ZSTD_CONTENTSIZE_UNKNOWN && declared != ZSTD_CONTENTSIZE_ERROR;
  if (is_declared && declared > max_bytes) {
    return over_limit(fmt::format("zstd frame: it declares {} bytes of content, the limit is {}", declared, max_bytes));
  }
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  // A frame may ask for a window, which is allocated: no more of it than there may be content.
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax,
                         std::clamp(static_cast<int>(std::bit_width(max_bytes)), 10, 27));
  // Room for all of it makes it one pass without a window. It was declared, and is not more than it may be.
  Bytes content(is_declared
                    ? std::max<std::uint64_t>(declared, 1)
                    : std::min<std::uint64_t>(max_bytes, std::max(first_buffer_bytes, frame.size() * usual_ratio)));
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
  std::string text;
};

DictionaryDecoder::DictionaryDecoder(ByteView dictionary) : contexts_(std::make_unique<Contexts>()) {
  contexts_->decompressor.reset(ZSTD_createDCtx());
  contexts_->dictionary.reset(ZSTD_createDDict(dictionary.data(), dictionary.size()));
}
DictionaryDecoder::~DictionaryDecoder() = default;
DictionaryDecoder::DictionaryDecoder(DictionaryDecoder&&) noexcept = default;

Result<std::string_view> DictionaryDecoder::decode(ByteView frame, std::size_t max_bytes) {
  if (!contexts_->dictionary) return corrupt("location dictionary: not a zstd dictionary");
  contexts_->text.resize(max_bytes);
  const std::size_t size =
      ZSTD_decompress_usingDDict(contexts_->decompressor.get(), contexts_->text.data(), contexts_->text.size(),
                                 frame.data(), frame.size(), contexts_->dictionary.get());
  if (ZSTD_isError(size)) return corrupt(fmt::format("compressed location: {}", ZSTD_getErrorName(size)));
  return std::string_view(contexts_->text).substr(0, size);
}

}  // namespace vdp::icechunk
