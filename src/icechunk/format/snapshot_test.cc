#include "icechunk/format/snapshot.h"

#include <gtest/gtest.h>

#include "icechunk/format/object_envelope.h"
#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {
namespace {

Snapshot sample() {
  Snapshot snapshot;
  snapshot.id = SnapshotId{{5}};
  snapshot.flushed_at_us = 1'700'000'000'000'001;
  snapshot.message = "h\u00e9llo";
  snapshot.metadata = encode_metadata({{"n", 1}});
  snapshot.manifests = {{ManifestId{{1}}, 100, 7, std::nullopt}, {ManifestId{{2}}, 200, 8, Bytes{1}}};
  snapshot.nodes.push_back({NodeId{{1}}, "/", "{}", std::nullopt, std::nullopt});
  ArrayNode array;
  array.shape = {{10, 5}, {0, 0}};
  array.dimension_names = {"time", std::nullopt};
  array.manifests = {{ManifestId{{1}}, {{0, 2}, {0, 1}}}, {ManifestId{{2}}, {{2, 5}, {0, 1}}}};
  snapshot.nodes.push_back({NodeId{{3}}, "/a-b", "{\"x\": 1}", array, Bytes{9}});
  snapshot.nodes.push_back({NodeId{{2}}, "/a/b", "", ArrayNode{}, std::nullopt});
  return snapshot;
}

TEST(Snapshot, IsReadBack) {
  const Snapshot snapshot = sample();
  const auto decoded = decode_snapshot(encode_snapshot(snapshot));
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(decoded->id, snapshot.id);
  EXPECT_EQ(decoded->parent, std::nullopt);
  EXPECT_EQ(decoded->flushed_at_us, snapshot.flushed_at_us);
  EXPECT_EQ(decoded->message, snapshot.message);
  ASSERT_EQ(decoded->nodes.size(), 3u);
  const NodeSnapshot* array = decoded->find("/a-b");
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(array->zarr_json, "{\"x\": 1}");
  EXPECT_EQ(array->array->shape, snapshot.nodes[1].array->shape);
  EXPECT_EQ(array->array->dimension_names, snapshot.nodes[1].array->dimension_names);
  EXPECT_EQ(array->array->manifests, snapshot.nodes[1].array->manifests);
  EXPECT_EQ(array->extra, Bytes{9});
  EXPECT_FALSE(decoded->find("/")->array);
  EXPECT_EQ(decoded->find("/a"), nullptr);
  EXPECT_EQ(decoded->find_manifest(ManifestId{{2}})->extra, Bytes{1});
}

TEST(Snapshot, RefusesWhatWouldSilentlyBeMissing) {
  Snapshot unsorted = sample();
  std::swap(unsorted.nodes[1], unsorted.nodes[2]);
  EXPECT_EQ(decode_snapshot(encode_snapshot(unsorted)).error().kind, ErrorKind::corrupt);
  Snapshot without_entry = sample();
  without_entry.manifests.pop_back();
  EXPECT_EQ(decode_snapshot(encode_snapshot(without_entry)).error().kind, ErrorKind::corrupt);
}

// Found by its fuzzer: the order of such entries was another one after each decoding.
TEST(Snapshot, OfManifestEntriesWithOneIdTheFirstCounts) {
  Snapshot snapshot = sample();
  for (std::uint64_t size = 300; size < 340; ++size) {
    snapshot.manifests.insert(snapshot.manifests.begin(), {ManifestId{{2}}, size, 1, std::nullopt});
  }
  const Bytes object = encode_snapshot(snapshot);
  const auto decoded = decode_snapshot(object);
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(decoded->find_manifest(ManifestId{{2}})->size_bytes, 339u);
  const Bytes again = encode_snapshot(*decoded);
  EXPECT_EQ(encode_snapshot(*decode_snapshot(again)), again);
}

TEST(Snapshot, DamageBelowTheChecksumNeverCrashes) {
  const Bytes payload = open_object(encode_snapshot(sample()), ObjectType::snapshot)->payload;
  int refused = 0;
  for (std::size_t at = 0; at < payload.size(); ++at) {
    Bytes damaged = payload;
    damaged[at] ^= 0x81;
    refused += !decode_snapshot(seal_object(ObjectType::snapshot, damaged, 1));
  }
  EXPECT_GT(refused, 50);
}

TEST(TransactionLog, IsReadBack) {
  TransactionLog log;
  log.id = SnapshotId{{5}};
  log.new_arrays = {NodeId{{1}}, NodeId{{2}}};
  log.deleted_groups = {NodeId{{3}}};
  log.updated_chunks = {{NodeId{{1}}, 2, 2, {0, 0, 0, 1}}, {NodeId{{2}}, 0, 1, {}}};
  log.moved_nodes = {{"/a", "/b", NodeId{{4}}, true}};
  const auto decoded = decode_transaction_log(encode_transaction_log(log).value());
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(decoded->new_arrays, log.new_arrays);
  EXPECT_EQ(decoded->deleted_groups, log.deleted_groups);
  ASSERT_EQ(decoded->updated_chunks.size(), 2u);
  EXPECT_EQ(decoded->updated_chunks[0].indices, log.updated_chunks[0].indices);
  EXPECT_EQ(decoded->updated_chunks[1].count, 1u);
  ASSERT_EQ(decoded->moved_nodes.size(), 1u);
  EXPECT_TRUE(decoded->moved_nodes[0].is_array);
}

}  // namespace
}  // namespace vdp::icechunk
