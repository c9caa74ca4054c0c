#include "apps/cli/repo/chunk_box_text.h"

#include <gtest/gtest.h>

namespace vdp::cli {
namespace {

TEST(ChunkBoxText, HasAPartForEachDimension) {
  const auto box = parse_chunk_box("2:5,3,:", {10, 10, 7});
  ASSERT_TRUE(box) << box.error().text();
  EXPECT_EQ(*box, (icechunk::ChunkBox{{2, 3, 0}, {5, 4, 7}}));
  EXPECT_EQ(*parse_chunk_box("4:", {10}), (icechunk::ChunkBox{{4}, {10}}));
  EXPECT_EQ(*parse_chunk_box(":4", {10}), (icechunk::ChunkBox{{0}, {4}}));
  EXPECT_EQ(*parse_chunk_box("", {}), icechunk::ChunkBox{});
}

TEST(ChunkBoxText, RefusesAnythingElse) {
  for (const char* text : {"", "1", "1,2,3", "1,", ",1", "a,1", "-1,1", "1:2:3,1", "1,99999999999", "1 ,2"}) {
    EXPECT_FALSE(parse_chunk_box(text, {10, 10})) << text;
  }
  EXPECT_FALSE(parse_chunk_box("0", {}));
}

}  // namespace
}  // namespace vdp::cli
