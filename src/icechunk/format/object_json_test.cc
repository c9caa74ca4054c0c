#include "icechunk/format/object_json.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "icechunk/format/manifest.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {
namespace {

constexpr SnapshotId some_id{{1, 2, 3}};
constexpr NodeId some_node{{7}};

Json tables(const Bytes& object, const ObjectJsonLimits& limits = {}) {
  const auto json = object_json(object, limits);
  EXPECT_TRUE(json) << (json ? "" : json.error().text());
  return json ? json->at("tables") : Json();
}

RefTable three_refs() {
  RefTable refs(2);
  const auto source = refs.add_location({"s3://bucket/a.nc", "\"etag\"", 0});
  refs.append_virtual(std::vector<std::uint32_t>{0, 1}, source, 10, 20);
  refs.append_native(std::vector<std::uint32_t>{0, 2}, ChunkId{{9}}, 3, 4);
  refs.append_inline(std::vector<std::uint32_t>{1, 0}, as_bytes("abc"));
  return refs;
}

TransactionLog some_log() {
  TransactionLog log;
  log.id = some_id;
  return log;
}

Snapshot some_snapshot(const std::string& message) {
  Snapshot snapshot;
  snapshot.id = some_id;
  snapshot.message = message;
  return snapshot;
}

TEST(ObjectJson, ShowsTheHeader) {
  const Bytes object = encode_transaction_log(some_log()).value();
  const Json json = object_json(object).value();
  EXPECT_EQ(json.at("header").at("spec_version"), 2);
  EXPECT_EQ(json.at("header").at("file_type"), "transaction log");
  EXPECT_EQ(json.at("object_bytes"), object.size());
  EXPECT_EQ(json.at("payload_bytes"), open_any_object(object)->payload.size());
}

TEST(ObjectJson, ShowsAManifest) {
  const Json manifest = tables(encode_manifest(some_id, some_node, three_refs()).value());
  EXPECT_EQ(manifest.at("id"), some_id.text());
  EXPECT_EQ(manifest.at("compression_algorithm"), 0);
  const Json& refs = manifest.at("arrays").at(0).at("refs");
  EXPECT_EQ(manifest.at("arrays").at(0).at("node_id"), some_node.text());
  ASSERT_EQ(refs.size(), 3u);
  EXPECT_EQ(refs[0].at("index"), Json({0, 1}));
  EXPECT_EQ(refs[0].at("location"), "s3://bucket/a.nc");
  EXPECT_EQ(refs[0].at("checksum_etag"), "\"etag\"");
  EXPECT_EQ(refs[0].at("offset"), 10);
  EXPECT_EQ(refs[0].at("length"), 20);
  EXPECT_TRUE(refs[0].at("chunk_id").is_null() && refs[0].at("inline").is_null());
  EXPECT_EQ(refs[1].at("chunk_id"), ChunkId{{9}}.text());
  EXPECT_TRUE(refs[1].at("location").is_null());
  EXPECT_EQ(refs[2].at("inline"), Json({{"length", 3}, {"base64", base64_encode(as_bytes("abc"))}}));
}

TEST(ObjectJson, CutsListsAndTexts) {
  const Bytes object = encode_manifest(some_id, some_node, three_refs()).value();
  const Json array = tables(object, {.list_items = 1, .text_bytes = 5}).at("arrays").at(0);
  EXPECT_EQ(array.at("refs").size(), 1u);
  EXPECT_EQ(array.at("refs_omitted"), 2);
  EXPECT_EQ(array.at("refs").at(0).at("index_omitted"), 1);
  EXPECT_EQ(array.at("refs").at(0).at("location"), "s3:// [11 bytes more]");
}

TEST(ObjectJson, CutsBetweenCharacters) {
  EXPECT_EQ(tables(encode_snapshot(some_snapshot("a\xC3\xBC")), {.text_bytes = 2}).at("message"), "a [2 bytes more]");
}

TEST(ObjectJson, ShowsASnapshot) {
  Snapshot snapshot = some_snapshot("m");
  snapshot.flushed_at_us = 1'700'000'000'000'001;
  snapshot.metadata = encode_metadata({{"k", {1, nullptr}}});
  snapshot.nodes.push_back({some_node, "/", "{}", std::nullopt, std::nullopt});
  ArrayNode array{{{10, 5}}, {std::nullopt}, {{some_id, {{0, 5}}}}};
  snapshot.nodes.push_back({NodeId{{8}}, "/a", "{ }", array, std::nullopt});
  snapshot.manifests.push_back({some_id, 1234, 5, std::nullopt});
  const Json json = tables(encode_snapshot(snapshot));
  EXPECT_EQ(json.at("flushed_at"), "2023-11-14T22:13:20.000001Z");
  EXPECT_EQ(json.at("metadata"), Json({{"k", {1, nullptr}}}));
  EXPECT_TRUE(json.at("parent_id").is_null());
  EXPECT_EQ(json.at("nodes").at(0).at("node_data_type"), "Group");
  const Json& node = json.at("nodes").at(1);
  EXPECT_EQ(node.at("path"), "/a");
  EXPECT_EQ(node.at("user_data"), "{ }");
  EXPECT_EQ(node.at("node_data").at("shape"), Json::array());
  EXPECT_EQ(node.at("node_data").at("shape_v2").at(0), Json({{"array_length", 10}, {"num_chunks", 5}}));
  EXPECT_TRUE(node.at("node_data").at("dimension_names").at(0).at("name").is_null());
  EXPECT_EQ(node.at("node_data").at("manifests").at(0).at("extents").at(0), Json({{"from", 0}, {"to", 5}}));
  EXPECT_EQ(json.at("manifest_files"), Json::array());
  EXPECT_EQ(json.at("manifest_files_v2").at(0).at("size_bytes"), 1234);
}

TEST(ObjectJson, ShowsATransactionLog) {
  TransactionLog log = some_log();
  log.new_arrays = {some_node};
  log.updated_chunks.push_back({some_node, 2, 2, {0, 1, 1, 0}});
  log.moved_nodes.push_back({"/a", "/b", some_node, true});
  const Json json = tables(encode_transaction_log(log).value());
  EXPECT_EQ(json.at("new_arrays"), Json::array({some_node.text()}));
  EXPECT_EQ(json.at("deleted_groups"), Json::array());
  EXPECT_EQ(json.at("updated_chunks").at(0).at("chunks").at(1).at("coords"), Json({1, 0}));
  EXPECT_EQ(json.at("moved_nodes").at(0).at("node_type"), "array");
}

TEST(ObjectJson, ShowsRepo) {
  RepoInfo info;
  info.snapshots = {{some_id, -1, 5, "first", encode_metadata({{"a", 1}}), {SnapshotId{{4}}}}};
  info.branches = {{"main", 0}};
  info.status = {Availability::read_only, 7, "maintenance"};
  info.config = encode_flexbuffer({{"inline_chunk_threshold_bytes", 3}});
  info.disabled_feature_flags = {5};
  info.latest_updates = {{StatusChanged{info.status}, 9, std::nullopt},
                         {BranchReset{"main", some_id}, 8, "repo.1"},
                         {RepoInitialized{}, 7, "repo.2"}};
  const Json json = tables(encode_repo_info(info).value());
  EXPECT_EQ(json.at("spec_version"), 2);
  EXPECT_EQ(json.at("branches"), Json::array({Json::object({{"name", "main"}, {"snapshot_index", 0}})}));
  EXPECT_EQ(json.at("snapshots").at(0).at("parent_offset"), -1);
  EXPECT_EQ(json.at("snapshots").at(0).at("pruned_ancestor_tx_logs"), Json::array({SnapshotId{{4}}.text()}));
  EXPECT_EQ(json.at("status").at("availability"), "ReadOnly");
  EXPECT_EQ(json.at("config"), Json({{"inline_chunk_threshold_bytes", 3}}));
  EXPECT_TRUE(json.at("enabled_feature_flags").is_null());
  EXPECT_EQ(json.at("disabled_feature_flags"), Json::array({5}));
  const Json& updates = json.at("latest_updates");
  EXPECT_EQ(updates.at(0).at("update_type").at("status").at("limited_availability_reason"), "maintenance");
  EXPECT_EQ(updates.at(1).at("update_type_type"), "BranchResetUpdate");
  EXPECT_EQ(updates.at(1).at("update_type"), Json({{"name", "main"}, {"previous_snap_id", some_id.text()}}));
  EXPECT_EQ(updates.at(2).at("backup_path"), "repo.2");
}

TEST(ObjectJson, RefusesWhatIsNoObject) {
  EXPECT_EQ(object_json(as_bytes("{}")).error().kind, ErrorKind::corrupt);
  Bytes object = encode_transaction_log(some_log()).value();
  for (std::size_t size = 0; size < object.size(); ++size) {
    EXPECT_FALSE(object_json(ByteView(object).first(size))) << size;
  }
  object[37] = 5;
  EXPECT_EQ(object_json(object).error().kind, ErrorKind::corrupt);
}

/// One of each kind, with something in every list.
std::vector<Bytes> one_of_each() {
  Snapshot snapshot = some_snapshot("m");
  snapshot.nodes.push_back({some_node, "/a", "{}", ArrayNode{{{4, 2}}, {"x"}, {{some_id, {{0, 2}}}}}, std::nullopt});
  snapshot.manifests.push_back({some_id, 1234, 2, std::nullopt});
  TransactionLog log = some_log();
  log.updated_chunks.push_back({some_node, 1, 2, {0, 1}});
  log.moved_nodes.push_back({"/a", "/b", some_node, true});
  RepoInfo info;
  info.snapshots = {{some_id, -1, 5, "first", encode_metadata({{"a", 1}}), {some_id}}};
  info.branches = {{"main", 0}};
  info.latest_updates = {{RepoInitialized{}, 7, std::nullopt}};
  info.config = encode_flexbuffer({{"a", 1}});
  return {encode_snapshot(snapshot), encode_transaction_log(log).value(), encode_repo_info(info).value(),
          encode_manifest(some_id, some_node, three_refs()).value()};
}

TEST(ObjectJson, TrustsNoByte) {
  std::size_t shown = 0;
  std::size_t refused = 0;
  for (const Bytes& object : one_of_each()) {
    const OpenedObject opened = open_any_object(object).value();
    for (std::size_t at = 0; at < opened.payload.size(); ++at) {
      for (const std::uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
        Bytes damaged = opened.payload;
        damaged[at] = value;
        const auto json = object_json(seal_object(opened.header.type, damaged, 1));
        ++(json && json->is_object() ? shown : refused);
      }
    }
  }
  EXPECT_GT(shown, 100u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace vdp::icechunk
