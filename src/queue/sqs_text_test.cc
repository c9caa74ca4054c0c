#include "queue/sqs_text.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(SqsText, TakesCharactersOfXml) {
  for (const std::string& body : {std::string("a"), std::string("\t\r\n ~"), std::string("é€😀"),
                                  std::string("\xC2\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF")}) {
    EXPECT_TRUE(check_sqs_body(body, 100)) << body;
    EXPECT_EQ(as_sqs_text(body, 100), body);
  }
}

TEST(SqsText, RefusesTheRest) {
  using namespace std::string_literals;
  for (const std::string& bad :
       {"\0"s, "\x01"s, "\x1f"s, "\xff"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x80\x80"s, "\xED\xA0\x80"s, "\xEF\xBF\xBE"s,
        "\xEF\xBF\xBF"s, "\xF0\x80\x80\x80"s, "\xF4\x90\x80\x80"s, "\xE2\x82"s, "\xE2"s, "\x80"s, "\xE2(\xA1"s}) {
    const Status status = check_sqs_body("ok" + bad, 100);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::invalid);
    EXPECT_NE(status.error().text().find("byte 2"), std::string::npos) << status.error().text();
    EXPECT_TRUE(check_sqs_body(as_sqs_text("ok" + bad, 100), 100));
  }
  EXPECT_EQ(check_sqs_body("", 100).error().kind, ErrorKind::invalid);
  EXPECT_EQ(check_sqs_body("abcd", 3).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(check_sqs_body("abc", 3));
}

TEST(SqsText, IsCutAtTheEndOfACharacter) {
  EXPECT_EQ(as_sqs_text("aé€", 5), "aé");
  EXPECT_EQ(as_sqs_text("aé€", 6), "aé€");
  EXPECT_EQ(as_sqs_text("a\xffz", 2), "a?");
}

}  // namespace
}  // namespace vdp
