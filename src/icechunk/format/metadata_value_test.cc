#include "icechunk/format/metadata_value.h"

#include <gtest/gtest.h>

#include "base/from_hex.h"

namespace vdp::icechunk {
namespace {

Json mixed() {
  return {{"text", "\u00fc"},
          {"yes", true},
          {"none", nullptr},
          {"negative", -7},
          {"large", 1ULL << 40},
          {"real", 1.5},
          {"list", {1, "a", nullptr, {1.25, false}}},
          {"object", {{"b", 1}, {"a", {{"deep", -1.0}}}}}};
}

TEST(FlexBuffer, WhatTheOfficialLibraryWrote) {
  // {"is_root": true}, of the first snapshot of every repository.
  EXPECT_EQ(decode_flexbuffer(from_hex("69735f726f6f740001090101010168022401")).value(), Json({{"is_root", true}}));
}

TEST(FlexBuffer, KeepsEveryKindOfValue) {
  const Json value = mixed();
  const auto decoded = decode_flexbuffer(encode_flexbuffer(value));
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_TRUE(same_json(*decoded, value)) << decoded->dump();
  for (const Json& one : {Json(nullptr), Json(true), Json(-3), Json(18446744073709551615ULL), Json("x"), Json(0.5),
                          Json::array(), Json::object()}) {
    EXPECT_EQ(decode_flexbuffer(encode_flexbuffer(one)).value(), one);
  }
}

TEST(FlexBuffer, TypedVectorsAreRead) {
  // [1, 2, 3] as a vector of integers of one byte: length, elements, root (offset 3, type 11 and width 1).
  EXPECT_EQ(decode_flexbuffer(Bytes{3, 1, 2, 3, 3, 11 << 2, 1}).value(), Json({1, 2, 3}));
  // The same as a fixed vector of three.
  EXPECT_EQ(decode_flexbuffer(Bytes{1, 2, 3, 3, 19 << 2, 1}).value(), Json({1, 2, 3}));
}

TEST(FlexBuffer, DamageIsAnErrorAndNeverACrash) {
  const Bytes whole = encode_flexbuffer(mixed());
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    refused += !decode_flexbuffer(ByteView(whole).first(at));
    for (const std::uint8_t bits : {0x01, 0x80, 0xff}) {
      Bytes damaged = whole;
      damaged[at] ^= bits;
      refused += !decode_flexbuffer(damaged);
    }
  }
  EXPECT_GT(refused, static_cast<int>(whole.size()));
}

TEST(FlexBuffer, SelfReferencesEnd) {
  // A vector of one element that is the vector itself.
  const auto decoded = decode_flexbuffer(Bytes{1, 0, 10 << 2, 2, 10 << 2, 1});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, ErrorKind::limit);
}

TEST(MessagePack, IsRead) {
  // {"a": [1, -1, nil, true], "b": 1.5}
  const Bytes bytes = from_hex("82a1619401ffc0c3a162cb3ff8000000000000");
  EXPECT_EQ(decode_message_pack(bytes).value(), Json({{"a", {1, -1, nullptr, true}}, {"b", 1.5}}));
}

TEST(MessagePack, IsBoundedInDepth) {
  EXPECT_EQ(decode_message_pack(Bytes(1'000'000, 0x91)).error().kind, ErrorKind::corrupt);
  EXPECT_FALSE(decode_message_pack(Bytes{0x92, 0x01}));
  EXPECT_FALSE(decode_message_pack(Bytes{0x01, 0x01}));
}

TEST(Metadata, ItemsAreSortedByName) {
  const auto items = encode_metadata({{"b", 1}, {"a", 2}});
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].name, "a");
  EXPECT_EQ(decode_metadata(items, 2).value(), Json({{"a", 2}, {"b", 1}}));
}

}  // namespace
}  // namespace vdp::icechunk
