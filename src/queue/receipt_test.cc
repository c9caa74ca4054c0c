#include "queue/receipt.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(Receipt, IsReadAsItWasWritten) {
  const auto receipt = parse_receipt(Receipt{123, 4}.text());
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->number, 123);
  EXPECT_EQ(receipt->delivery, 4);
}

TEST(Receipt, OtherTextsAreNone) {
  for (const char* text : {"", "-", "1", "1-", "-1", "0-1", "1-0", "1-2-3", "1-2 ", " 1-2", "+1-2", "a-b", "1--2",
                           "99999999999999999999-1"}) {
    EXPECT_FALSE(parse_receipt(text)) << text;
  }
}

}  // namespace
}  // namespace vdp
