#include "base/utf8.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

// What Python's bytes.decode("utf-8", "replace") gives.
TEST(Utf8Text, ReplacesEachLongestPartThatIsNone) {
  EXPECT_EQ(utf8_text("plain"), "plain");
  EXPECT_EQ(utf8_text("\xc2\xb0"
                      "C \xe2\x82\xac \xf0\x9f\x8c\x8d"),
            "\xc2\xb0"
            "C \xe2\x82\xac \xf0\x9f\x8c\x8d");
  EXPECT_EQ(utf8_text("\xb0"
                      "C"),
            "\xef\xbf\xbd"
            "C");                                    // Latin-1
  EXPECT_EQ(utf8_text("\xe2\x82"), "\xef\xbf\xbd");  // cut off: one part
  EXPECT_EQ(utf8_text("\xe2\x82 x"), "\xef\xbf\xbd x");
  EXPECT_EQ(utf8_text("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd");  // longer than needed
  EXPECT_EQ(utf8_text("\xe0\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(utf8_text("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");                  // a surrogate
  EXPECT_EQ(utf8_text("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // beyond U+10FFFF
  EXPECT_EQ(utf8_text(""), "");
}

TEST(Utf8Text, IsUtf8) {
  EXPECT_TRUE(is_utf8("temp\xc3\xa9rature"));
  EXPECT_FALSE(is_utf8("temp\xe9rature"));
  EXPECT_FALSE(is_utf8("\xe2\x82"));
}

}  // namespace
}  // namespace vdp
