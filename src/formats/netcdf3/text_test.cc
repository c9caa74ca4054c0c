#include "formats/netcdf3/text.h"

#include <gtest/gtest.h>

namespace vdp::netcdf3 {
namespace {

TEST(Text, LongNamesAreCutInMessages) {
  EXPECT_EQ(shown("tas"), "tas");
  EXPECT_EQ(shown(std::string(5000, 'x')).size(), 259U);
}

}  // namespace
}  // namespace vdp::netcdf3
