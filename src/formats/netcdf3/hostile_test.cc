// Broken files: every truncation and many flipped bytes of the small ones. What is wrong aborts (see fuzz_body.h).
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <iostream>
#include <random>

#include "formats/netcdf3/fuzz_body.h"
#include "formats/netcdf3/testdata.h"

namespace vdp::netcdf3 {
namespace {

constexpr std::array files = {"several_records.nc", "one_record_variable.nc", "all_types.nc"};
constexpr unsigned seed = 20261123;

/// The small files, and what fuzzing has found.
TEST(HostileNetcdf3, Seeds) {
  int seeds = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(VDP_NETCDF3_TESTDATA)) {
    if (!entry.is_regular_file()) continue;
    parse_arbitrary(read_testdata(std::filesystem::relative(entry.path(), VDP_NETCDF3_TESTDATA).string()));
    ++seeds;
  }
  std::cout << seeds << " seeds\n";
  EXPECT_GE(seeds, 3);
}

TEST(HostileNetcdf3, Truncations) {
  for (const char* name : files) {
    const Bytes bytes = read_testdata(name);
    ASSERT_FALSE(bytes.empty()) << name;
    for (std::size_t size = 0; size < bytes.size(); ++size) parse_arbitrary(ByteView(bytes).first(size));
  }
}

TEST(HostileNetcdf3, FlippedBytes) {
  std::mt19937 random(seed);
  int rounds = 0;
  for (const char* name : files) {
    const Bytes bytes = read_testdata(name);
    for (int round = 0; round < 1500; ++round, ++rounds) {
      Bytes broken = bytes;
      const unsigned flips = 1 + random() % 4;
      for (unsigned i = 0; i < flips; ++i) {
        constexpr std::array<std::uint8_t, 6> telling = {0x00, 0xff, 0x7f, 0x80, 0x0a, 0x0c};
        std::uint8_t& byte = broken[random() % broken.size()];
        byte = random() % 2 == 0 ? telling[random() % telling.size()] : static_cast<std::uint8_t>(random());
      }
      parse_arbitrary(broken);
    }
  }
  std::cout << rounds << " cases of seed " << seed << "\n";
}

TEST(HostileNetcdf3, NoiseAfterTheSignature) {
  std::mt19937 random(seed);
  constexpr std::array<std::uint8_t, 3> versions = {1, 2, 5};
  for (int round = 0; round < 1000; ++round) {
    Bytes bytes = {'C', 'D', 'F', versions[static_cast<std::size_t>(round) % versions.size()]};
    // Mostly zeros, with the lists' tags and small counts among them.
    for (int i = 0; i < 400; ++i) bytes.push_back(i % 4 == 3 ? static_cast<std::uint8_t>(random() % 13) : 0);
    parse_arbitrary(bytes);
  }
}

}  // namespace
}  // namespace vdp::netcdf3
