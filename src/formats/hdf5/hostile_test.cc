// Broken files: every truncation and many flipped bytes of the small ones. What is wrong aborts (see fuzz_body.h).
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "formats/hdf5/fuzz_body.h"
#include "formats/hdf5/message_fuzz_body.h"
#include "formats/hdf5/testdata.h"

namespace vdp::hdf5 {
namespace {

constexpr std::array files = {"classic.h5", "dense.h5", "netcdf.nc", "indexes.h5", "shared.h5", "filtered.h5"};

TEST(HostileHdf5, Truncations) {
  for (const char* name : files) {
    const Bytes bytes = read_testdata(name);
    ASSERT_FALSE(bytes.empty()) << name;
    for (std::size_t size = 0; size < bytes.size(); size += size < 1024 ? 1 : 97) {
      parse_arbitrary(ByteView(bytes).first(size));
    }
  }
}

/// The superblock's end of file is made to fit, so that decoding meets the missing end itself.
TEST(HostileHdf5, TruncationsThatTheSuperblockDenies) {
  for (const char* name : {"classic.h5"}) {
    Bytes bytes = read_testdata(name);
    for (std::size_t i = 40; i < 48; ++i) bytes[i] = 0;  // version 0: end of file address
    for (std::size_t size = 96; size < bytes.size(); size += 31) parse_arbitrary(ByteView(bytes).first(size));
  }
}

TEST(HostileHdf5, FlippedBytes) {
  std::mt19937 random(20260722);
  for (const char* name : files) {
    const Bytes bytes = read_testdata(name);
    for (int round = 0; round < 1000; ++round) {
      Bytes broken = bytes;
      const unsigned flips = 1 + random() % 4;
      for (unsigned i = 0; i < flips; ++i) {
        constexpr std::array<std::uint8_t, 4> telling = {0x00, 0xff, 0x7f, 0x80};
        std::uint8_t& byte = broken[random() % broken.size()];
        byte = random() % 2 == 0 ? telling[random() % telling.size()] : static_cast<std::uint8_t>(random());
      }
      parse_arbitrary(broken);
    }
  }
}

/// Messages as they are in real files, with a few bytes changed: the bodies begin anywhere in the files.
TEST(HostileHdf5, MessagesOnTheirOwn) {
  std::mt19937 random(23);
  for (const char* name : files) {
    const Bytes bytes = read_testdata(name);
    for (int round = 0; round < 4000; ++round) {
      const std::size_t start = random() % (bytes.size() - 64);
      Bytes message(bytes.begin() + static_cast<std::ptrdiff_t>(start),
                    bytes.begin() + static_cast<std::ptrdiff_t>(start + 16 + random() % 48));
      message[0] = static_cast<std::uint8_t>(random());
      if (round % 2 == 0) message[random() % message.size()] = static_cast<std::uint8_t>(random());
      decode_arbitrary_message(message);
    }
  }
}

TEST(HostileHdf5, NoiseAfterTheSignature) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    Bytes bytes = to_bytes("\x89HDF\r\n\x1a\n");
    for (int i = 0; i < 400; ++i) bytes.push_back(static_cast<std::uint8_t>(random() % 8));
    bytes[8] = static_cast<std::uint8_t>(round % 4);
    parse_arbitrary(bytes);
  }
}

}  // namespace
}  // namespace vdp::hdf5
