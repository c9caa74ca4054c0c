#include "icechunk/format/manifest.h"

#include <gtest/gtest.h>

#include "icechunk/format/object_envelope.h"

namespace vdp::icechunk {
namespace {

using Index = std::vector<std::uint32_t>;

const ManifestId id{{1, 2, 3}};
const NodeId node{{9}};

RefTable sample() {
  RefTable refs(2);
  refs.append_inline(Index{0, 0}, Bytes{1, 2, 3});
  refs.append_native(Index{0, 1}, ChunkId{{7}}, 0, 1000);
  refs.append_native(Index{0, 2}, ChunkId{{8}}, 16, 1000);
  refs.append_virtual(Index{1, 0}, refs.add_location({"s3://b/x", "\"tag\"", 0}), 4, 20);
  refs.append_virtual(Index{1, 1}, refs.add_location({"s3://b/x", "\"tag\"", 0}), 24, 20);
  refs.append_virtual(Index{2, 0}, refs.add_location({"file:///data/y", "", 1700000000}), 1ULL << 40, 20);
  refs.append_virtual(Index{2, 1}, refs.add_location({"https://h/z", "", 0}), 0, 1);
  return refs;
}

void expect_same(const RefTable& found, const RefTable& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t row = 0; row < expected.size(); ++row) {
    EXPECT_TRUE(std::ranges::equal(found.index(row), expected.index(row)));
    EXPECT_EQ(to_chunk_ref(found[row]), to_chunk_ref(expected[row])) << row;
  }
}

TEST(Manifest, KeepsEveryKindOfReference) {
  const RefTable refs = sample();
  const Bytes object = encode_manifest(id, node, refs).value();
  const auto decoded = decode_manifest(object);
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(decoded->id, id);
  EXPECT_EQ(decoded->find(NodeId{{8}}), nullptr);
  const RefTable* found = decoded->find(node);
  ASSERT_NE(found, nullptr);
  expect_same(*found, refs);
  EXPECT_EQ(found->locations().size(), 3u);
}

TEST(Manifest, AScalarHasOneReferenceWithoutIndex) {
  RefTable refs(0);
  refs.append_inline(Index{}, Bytes{42});
  const auto decoded = decode_manifest(encode_manifest(id, node, refs).value());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->find(node)->size(), 1u);
}

TEST(Manifest, SharesTheTextOfALocation) {
  RefTable refs(1);
  const std::string url = "s3://bucket/" + std::string(200, 'u');
  for (std::uint32_t i = 0; i < 1000; ++i) refs.append_virtual(Index{i}, refs.add_location({url, "", 1}), i, 1);
  const Bytes object = encode_manifest(id, node, refs).value();
  const Bytes payload = open_object(object, ObjectType::manifest)->payload;
  EXPECT_LT(payload.size(), 1000u * 70);
}

TEST(Manifest, AMillionReferencesAreReadBack) {
  constexpr std::uint32_t count = 1'000'000;
  RefTable refs(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    refs.append_virtual(Index{i / 100, i / 10 % 10, i % 10},
                        refs.add_location({"s3://bucket/file-" + std::to_string(i / 100) + ".nc", "e", 0}), i * 7, 99);
  }
  const Bytes object = encode_manifest(id, node, refs).value();
  const auto decoded = decode_manifest(object);
  ASSERT_TRUE(decoded) << decoded.error().text();
  const RefTable& found = *decoded->find(node);
  ASSERT_EQ(found.size(), count);
  const auto row = found.find(Index{4321, 2, 1});
  ASSERT_TRUE(row);
  EXPECT_EQ(found[*row].url, "s3://bucket/file-4321.nc");
  EXPECT_EQ(found[*row].offset, 432121u * 7);
  EXPECT_LT(decoded->memory_bytes(), 60u << 20);
}

TEST(Manifest, DamageIsAnErrorAndNeverAnotherReference) {
  const RefTable refs = sample();
  const Bytes whole = encode_manifest(id, node, refs).value();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    EXPECT_FALSE(decode_manifest(ByteView(whole).first(at))) << "cut at " << at;
    Bytes damaged = whole;
    damaged[at] ^= 0x20;
    const auto decoded = decode_manifest(damaged);
    // Some bits mean nothing: those of the implementation's name, and a few inside the frame.
    if (decoded) {
      expect_same(*decoded->find(node), refs);
    }
    refused += !decoded;
  }
  EXPECT_GT(refused, whole.size() * 3 / 4);
}

TEST(Manifest, DamageBelowTheChecksumNeverCrashes) {
  const Bytes payload = open_object(encode_manifest(id, node, sample()).value(), ObjectType::manifest)->payload;
  int refused = 0;
  for (std::size_t at = 0; at < payload.size(); ++at) {
    for (const std::uint8_t bits : {0x01, 0x10, 0x80, 0xff}) {
      Bytes damaged = payload;
      damaged[at] ^= bits;
      refused += !decode_manifest(seal_object(ObjectType::manifest, damaged, 1));
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace vdp::icechunk
