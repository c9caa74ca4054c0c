#include "zarr/compression.h"

#include <blosc.h>
#include <bzlib.h>
#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace vdp::zarr {
namespace {

/// A buffer that grows as output comes, up to one byte more than allowed: so a decoder always has room to say that it
/// is done, and one that uses that byte has more to give.
class BoundedOutput {
 public:
  BoundedOutput(std::size_t compressed_size, std::uint64_t max_bytes) : max_bytes_(max_bytes) {
    constexpr std::uint64_t usual_ratio = 4;
    constexpr std::uint64_t smallest = 4096;
    bytes_.resize(std::min(max_bytes + 1, std::max(smallest, compressed_size * usual_ratio)));
  }

  std::uint8_t* data() { return bytes_.data() + size_; }
  std::size_t room() const { return bytes_.size() - size_; }
  void advance(std::size_t count) { size_ += count; }
  Status grow() {
    if (bytes_.size() > max_bytes_) return too_much();
    bytes_.resize(std::min<std::uint64_t>(max_bytes_ + 1, std::uint64_t{bytes_.size()} * 2));
    return {};
  }
  Result<Bytes> take() {
    if (size_ > max_bytes_) return too_much();
    bytes_.resize(size_);
    return std::move(bytes_);
  }

 private:
  Failure too_much() const { return over_limit(fmt::format("more than the {} bytes that fit come out", max_bytes_)); }

  std::uint64_t max_bytes_;  // less than 2^64 - 1
  Bytes bytes_;
  std::size_t size_ = 0;
};

// zlib counts in unsigned int.
unsigned clip(std::size_t count) {
  return static_cast<unsigned>(std::min<std::size_t>(count, std::numeric_limits<unsigned>::max()));
}

constexpr int zlib_window_bits = 15;
constexpr int gzip_window_bits = 15 + 16;  // zlib.h: 16 more asks for the gzip format

/// One deflate stream from the front of `compressed`, which it takes off.
Status inflate_stream(ByteView& compressed, int window_bits, BoundedOutput& output) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return internal("zlib cannot start");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ender(&stream, inflateEnd);
  for (;;) {
    const unsigned input = clip(compressed.size());
    const unsigned room = clip(output.room());
    stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib's type, it does not write there
    stream.avail_in = input;
    stream.next_out = output.data();
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    compressed = compressed.subspan(input - stream.avail_in);
    output.advance(room - stream.avail_out);
    if (status == Z_STREAM_END) return {};
    if (status == Z_MEM_ERROR) return fail(ErrorKind::transient, "zlib: out of memory");
    if (status != Z_OK && status != Z_BUF_ERROR) {
      return corrupt(fmt::format("deflate stream: {}", stream.msg != nullptr ? stream.msg : "broken"));
    }
    if (output.room() == 0) {
      VDP_TRY(output.grow());
    } else if (compressed.empty()) {
      return corrupt("deflate stream ends too early");
    }
  }
}

}  // namespace

Result<Bytes> decompress_zlib(ByteView compressed, std::uint64_t max_bytes) {
  BoundedOutput output(compressed.size(), max_bytes);
  // Bytes after the stream are left alone, as HDF5's own filter and Python's zlib do.
  VDP_TRY(inflate_stream(compressed, zlib_window_bits, output));
  return output.take();
}

Result<Bytes> decompress_gzip(ByteView compressed, std::uint64_t max_bytes) {
  BoundedOutput output(compressed.size(), max_bytes);
  do {  // a gzip file is a series of members (RFC 1952, section 2.2)
    VDP_TRY(inflate_stream(compressed, gzip_window_bits, output));
  } while (!compressed.empty());
  return output.take();
}

Result<Bytes> decompress_zstd(ByteView compressed, std::uint64_t max_bytes) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) return fail(ErrorKind::transient, "zstd: out of memory");
  BoundedOutput output(compressed.size(), max_bytes);
  ZSTD_inBuffer input{compressed.data(), compressed.size(), 0};
  std::size_t pending = 1;  // 0 at the end of a frame
  while (input.pos < input.size || pending != 0) {
    ZSTD_outBuffer target{output.data(), output.room(), 0};
    const std::size_t consumed = input.pos;
    pending = ZSTD_decompressStream(context.get(), &target, &input);
    if (ZSTD_isError(pending)) return corrupt(fmt::format("zstd frame: {}", ZSTD_getErrorName(pending)));
    output.advance(target.pos);
    if (pending == 0) continue;
    if (output.room() == 0) {
      VDP_TRY(output.grow());
    } else if (target.pos == 0 && input.pos == consumed) {
      return corrupt("zstd frame ends too early");
    }
  }
  return output.take();
}

Result<Bytes> decompress_bzip2(ByteView compressed, std::uint64_t max_bytes) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return fail(ErrorKind::transient, "bzip2: out of memory");
  const std::unique_ptr<bz_stream, int (*)(bz_stream*)> ender(&stream, BZ2_bzDecompressEnd);
  BoundedOutput output(compressed.size(), max_bytes);
  for (;;) {
    const unsigned input = clip(compressed.size());
    const unsigned room = clip(output.room());
    // The library's type, it does not write there.
    stream.next_in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(compressed.data()));
    stream.avail_in = input;
    stream.next_out = reinterpret_cast<char*>(output.data());
    stream.avail_out = room;
    const int status = BZ2_bzDecompress(&stream);
    compressed = compressed.subspan(input - stream.avail_in);
    output.advance(room - stream.avail_out);
    if (status == BZ_STREAM_END) return output.take();
    if (status != BZ_OK) return corrupt(fmt::format("bzip2 stream: status {}", status));
    if (output.room() == 0) {
      VDP_TRY(output.grow());
    } else if (compressed.empty()) {
      return corrupt("bzip2 stream ends too early");
    }
  }
}

Result<Bytes> decompress_blosc(ByteView compressed, std::uint64_t max_bytes) {
  std::size_t size = 0;
  if (compressed.size() > BLOSC_MAX_BUFFERSIZE ||
      blosc_cbuffer_validate(compressed.data(), compressed.size(), &size) < 0) {
    return corrupt(fmt::format("blosc buffer: {} bytes without a valid header", compressed.size()));
  }
  if (size > max_bytes) return over_limit(fmt::format("more than the {} bytes that fit come out", max_bytes));
  Bytes bytes(size);
  const int written = blosc_decompress_ctx(compressed.data(), bytes.data(), bytes.size(), 1);
  if (written < 0 || static_cast<std::size_t>(written) != size) {
    return corrupt(fmt::format("blosc buffer: {} bytes expected, the library answers {}", size, written));
  }
  return bytes;
}

Result<Bytes> compress_zstd(ByteView bytes, int level, bool checksum) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) return fail(ErrorKind::transient, "zstd: out of memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, checksum ? 1 : 0);
  Bytes compressed(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), compressed.data(), compressed.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) return internal(fmt::format("zstd: {}", ZSTD_getErrorName(size)));
  compressed.resize(size);
  return compressed;
}

}  // namespace vdp::zarr
