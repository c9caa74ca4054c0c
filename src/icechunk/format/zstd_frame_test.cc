#include "icechunk/format/zstd_frame.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <random>

#include "icechunk/format/object_envelope.h"

namespace vdp::icechunk {
namespace {

TEST(ZstdFrame, PledgesItsSizeAndCarriesAChecksum) {
  const Bytes content(1000, 7);
  const Bytes frame = compress_frame(content, 1);
  EXPECT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), content.size());
  // RFC 8878, 3.1.1.1: bit 2 of the frame header descriptor, which follows the 4 bytes of the magic number.
  EXPECT_NE(frame[4] & 0x04, 0);
  EXPECT_EQ(decompress_frame(frame, 1 << 20).value(), content);
}

TEST(ZstdFrame, IsExactlyOneWholeFrame) {
  const Bytes frame = compress_frame(Bytes(1000, 7), 1);
  Bytes longer = frame;
  longer.push_back(0);
  EXPECT_EQ(decompress_frame(longer, 1 << 20).error().kind, ErrorKind::corrupt);
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(decompress_frame(ByteView(frame).first(size), 1 << 20)) << size;
  }
  EXPECT_EQ(decompress_frame(compress_frame({}, 1), 1 << 20).value(), Bytes());
}

TEST(ZstdFrame, HoldsContentThatDoesNotShrink) {
  std::mt19937 noise(1);
  for (const std::size_t size : {std::size_t{70'000}, std::size_t{3'000'000}}) {
    Bytes content(size);
    for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(noise());
    Bytes frame = {1, 2, 3};
    compress_frame_onto(frame, content, 1);
    EXPECT_EQ(decompress_frame(ByteView(frame).subspan(3), size).value(), content);
    EXPECT_EQ(decompress_frame(ByteView(frame).subspan(3), size - 1).error().kind, ErrorKind::limit);
  }
}

TEST(ZstdFrame, AFlippedBitIsAnError) {
  Bytes content(5000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 31 ^ (i >> 5));
  const Bytes frame = compress_frame(content, 1);
  for (std::size_t at = 0; at < frame.size(); at += 7) {
    Bytes damaged = frame;
    damaged[at] ^= 0x10;
    const auto decoded = decompress_frame(damaged, 1 << 20);
    if (decoded) {
      EXPECT_EQ(*decoded, content) << "byte " << at;
    }
  }
}

TEST(ZstdFrame, OutputIsBounded) {
  const Bytes bomb = compress_frame(Bytes(100 << 20, 0), 1);
  EXPECT_LT(bomb.size(), 20'000u);
  EXPECT_EQ(decompress_frame(bomb, 1 << 20).error().kind, ErrorKind::limit);

  Bytes object(bomb);
  const auto header = encode_file_header(ObjectType::snapshot, 2);
  object.insert(object.begin(), header.begin(), header.end());
  EXPECT_EQ(open_object(object, ObjectType::snapshot).error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace vdp::icechunk
