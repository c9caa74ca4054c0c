#include "net/http_date.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

constexpr TimestampUs written_us = 1'795'368'600'000'000;

TEST(HttpDate, ReadsAllThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 22 Nov 2026 17:30:00 GMT"), written_us);
  EXPECT_EQ(parse_http_date("Sunday, 22-Nov-26 17:30:00 GMT"), written_us);
  EXPECT_EQ(parse_http_date("Sun Nov 22 17:30:00 2026"), written_us);
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
}

TEST(HttpDate, RefusesOtherTexts) {
  for (const char* text : {"", "yesterday", "12", "Sun, 99 Nov 2026 17:30:00 GMT", "Sun, 22 Nov 2026 99:30:00 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
  EXPECT_FALSE(parse_http_date(std::string(100'000, '1')));
}

TEST(HttpDate, WritesWholeSeconds) {
  EXPECT_EQ(format_http_date(written_us), "Sun, 22 Nov 2026 17:30:00 GMT");
  EXPECT_EQ(format_http_date(written_us + 999'999), "Sun, 22 Nov 2026 17:30:00 GMT");
  EXPECT_EQ(format_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace vdp
