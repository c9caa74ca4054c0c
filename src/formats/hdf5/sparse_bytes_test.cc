#include "formats/hdf5/sparse_bytes.h"

#include <gtest/gtest.h>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {
namespace {

TEST(SparseBytes, MissesAreRecordedUntilTaken) {
  SparseBytes bytes(100);
  EXPECT_TRUE(bytes.view(10, 20).error().is_missing());
  EXPECT_TRUE(bytes.view(90, 5, 50).error().is_missing());
  EXPECT_EQ(bytes.take_misses(), (std::vector<ByteRange>{{10, 20}, {90, 10}}));  // cut at the end of the file
  EXPECT_TRUE(bytes.take_misses().empty());
}

// Vectors of lookup3's own self-test.
TEST(Lookup3, KnownVectors) {
  EXPECT_EQ(lookup3({}), 0xdeadbeefU);
  EXPECT_EQ(lookup3(as_bytes("Four score and seven years ago")), 0x17770551U);
}

}  // namespace
}  // namespace vdp::hdf5
