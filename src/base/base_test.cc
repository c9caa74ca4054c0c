#include <gtest/gtest.h>

#include <array>

#include "base/base32.h"
#include "base/base64.h"
#include "base/checked.h"
#include "base/clock.h"
#include "base/cursor.h"
#include "base/id.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/sha256.h"

namespace vdp {
namespace {

TEST(Base32, FirstSnapshotIdOfEveryRepository) {
  // The constant id of Icechunk's first snapshot, in both notations of its specification.
  const Bytes bytes = {0x0b, 0x1c, 0xc8, 0xd6, 0x78, 0x75, 0x80, 0xf0, 0xe3, 0x3a, 0x65, 0x34};
  EXPECT_EQ(base32_encode(bytes), "1CECHNKREP0F1RSTCMT0");
  EXPECT_EQ(base32_decode("1CECHNKREP0F1RSTCMT0", 12).value(), bytes);
}

TEST(Base32, RefusesWhatOfficialReadersRefuse) {
  EXPECT_FALSE(base32_decode("1cechnkrep0f1rstcmt0", 12));
  EXPECT_FALSE(base32_decode("1CECHNKREP0F1RSTCMT", 12));
  EXPECT_FALSE(base32_decode("1CECHNKREP0F1RSTCMT1", 12));
}

TEST(Id, RoundTripsAndOrdersByBytes) {
  SeededRandom random(7);
  const auto a = Id<8>::random(random);
  EXPECT_EQ(a.text().size(), 13U);
  EXPECT_EQ(Id<8>::parse(a.text()).value(), a);
  EXPECT_LT((Id<2>{{0x00, 0xff}}), (Id<2>{{0x01, 0x00}}));
}

TEST(Base64, RoundTripsEveryPadding) {
  for (std::string text : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(base64_decode(base64_encode(as_bytes(text))).value(), to_bytes(text));
  }
  EXPECT_EQ(base64_encode(as_bytes("ab")), "YWI=");
  EXPECT_FALSE(base64_decode("a"));
  EXPECT_FALSE(base64_decode("a*=="));
}

TEST(Checked, SaysWhenItOverflows) {
  EXPECT_FALSE(checked_add<std::uint64_t>(~0ULL, 1));
  EXPECT_FALSE(checked_multiply<std::uint64_t>(1ULL << 33, 1ULL << 33));
  EXPECT_EQ(checked_product(std::array<std::uint64_t, 3>{2, 3, 4}), 24U);
  EXPECT_EQ(divide_up(~0ULL, 2), 1ULL << 63);
}

TEST(Cursor, NamesFieldAndOffsetWhenBytesEnd) {
  const Bytes bytes = {1, 2, 3};
  Cursor cursor(bytes, 100);
  EXPECT_EQ(cursor.read_u16("version").value(), 0x0201);
  const auto error = cursor.read_u32("address").error();
  EXPECT_EQ(error.kind, ErrorKind::corrupt);
  EXPECT_EQ(error.message, "address at byte 102: 4 bytes needed, 1 left");
}

TEST(Clock, FormatsUtc) {
  EXPECT_EQ(format_timestamp(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_timestamp(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(Nearest, FindsTheMistypedWord) {
  const std::vector<std::string> known = {"prefix", "pattern", "discover"};
  EXPECT_EQ(nearest_word("patern", known), "pattern");
  EXPECT_EQ(nearest_word("zzzzzz", known), std::nullopt);
}

TEST(Log, MasksSecrets) {
  EXPECT_EQ(redact("https://user:hunter2@host/x?X-Amz-Signature=abc&a=1"),
            "https://user:***@host/x?X-Amz-Signature=***&a=1");
  EXPECT_EQ(redact("of s3://id:k@b/x, and https://token@host"), "of s3://id:***@b/x, and https://***@host");
  EXPECT_EQ(redact("https://h/a@b?c=d&sig=e f?ACCESS_KEY=&x"), "https://h/a@b?c=d&sig=*** f?ACCESS_KEY=***&x");
  for (const char* plain : {"", "://", "?", "&", "a?b", "a?b=", "://@x"}) {
    EXPECT_EQ(redact(plain).size(), std::string_view(plain) == "://@x" ? 8 : std::string_view(plain).size()) << plain;
  }
  const std::string long_text(2'000'000, 'a');
  EXPECT_EQ(redact("://" + long_text + "?token=" + long_text), "://" + long_text + "?token=***");
}

TEST(Sha256, AgreesWithTheStandard) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(sha256_hex(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Error, ContextGrowsOutward) {
  Error error = within("file.nc", within("variable tas", Error{ErrorKind::invalid, "no", {}}));
  EXPECT_EQ(error.text(), "file.nc: variable tas: no");
  EXPECT_EQ(within("file.nc", error).text(), error.text());
  EXPECT_EQ(within("file", error).text(), "file: " + error.text());
}

}  // namespace
}  // namespace vdp
