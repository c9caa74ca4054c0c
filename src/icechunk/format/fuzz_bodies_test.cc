// The fuzzers' bodies over what our encoders write and what becomes of it with a few bytes changed.
#include "icechunk/format/fuzz_bodies.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <random>

#include "icechunk/format/manifest.h"
#include "icechunk/format/metadata_value.h"
#include "icechunk/format/object_envelope.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {
namespace {

constexpr int mutations = 2000;
constexpr unsigned seed = 20261123;

Bytes sample_snapshot() {
  Snapshot snapshot;
  snapshot.id = {{1}};
  snapshot.nodes = {{NodeId{{1}}, "/", "{}", {}, {}},
                    {NodeId{{2}}, "/a", "{}", ArrayNode{{{10, 5}}, {"x"}, {{ManifestId{{3}}, {{0, 5}}}}}, {}}};
  snapshot.message = "m";
  snapshot.metadata = encode_metadata({{"k", {1, 2.5, nullptr}}});
  snapshot.manifests = {{ManifestId{{3}}, 100, 5, {}}};
  return encode_snapshot(snapshot);
}

Bytes sample_manifest() {
  RefTable refs(2);
  refs.append_inline(std::vector<std::uint32_t>{0, 0}, Bytes{1, 2, 3});
  refs.append_native(std::vector<std::uint32_t>{0, 1}, ChunkId{{7}}, 16, 1000);
  refs.append_virtual(std::vector<std::uint32_t>{1, 0}, refs.add_location({"s3://b/x", "tag", 0}), 4, 20);
  refs.append_virtual(std::vector<std::uint32_t>{1, 1}, refs.add_location({"file:///y", "", 5}), 24, 20);
  refs.append_virtual(std::vector<std::uint32_t>{1, 2}, refs.add_location({"https://h/z", "", 0}), 24, 20);
  return encode_manifest({{1}}, {{2}}, refs).value();
}

Bytes sample_log() {
  TransactionLog log;
  log.new_groups = {NodeId{{1}}};
  log.deleted_arrays = {NodeId{{2}}, NodeId{{3}}};
  log.updated_chunks = {{NodeId{{1}}, 2, 2, {0, 0, 0, 1}}, {NodeId{{4}}, 0, 1, {}}};
  log.moved_nodes = {{"/a", "/b", NodeId{{1}}, true}};
  return encode_transaction_log(log).value();
}

Bytes sample_repo() {
  RepoInfo info;
  info.snapshots = {{SnapshotId{{1}}, -1, 1, "m", encode_metadata({{"k", 1}}), {}},
                    {SnapshotId{{2}}, 0, 2, "n", {}, {SnapshotId{{9}}}}};
  info.branches = {{"main", 1}};
  info.tags = {{"t", 0}};
  info.deleted_tags = {"gone"};
  info.latest_updates = {{NewCommit{"main", SnapshotId{{2}}}, 3, {}}, {RepoInitialized{}, 1, "backup"}};
  info.config = encode_flexbuffer({{"inline_chunk_threshold_bytes", 7}});
  return encode_repo_info(info).value();
}

/// The input as it is, then with one to four bytes changed, put in or taken out.
void run_on_mutations(const Bytes& input, const std::function<void(ByteView)>& body) {
  body(input);
  std::mt19937 random(seed);
  for (int i = 0; i < mutations; ++i) {
    Bytes mutated = input;
    for (unsigned change = 0; change <= random() % 4 && !mutated.empty(); ++change) {
      const auto at = mutated.begin() + static_cast<std::ptrdiff_t>(random() % mutated.size());
      const auto byte = static_cast<std::uint8_t>(random());
      switch (random() % 8) {
        case 0:
          mutated.insert(at, byte);
          break;
        case 1:
          mutated.erase(at);
          break;
        default:
          *at = byte;
      }
    }
    body(mutated);
  }
}

void run_on_object(ObjectType type, const Bytes& object) {
  const auto body = [&](ByteView data) { fuzz_object(type, data); };
  Bytes whole = object;
  whole.insert(whole.begin(), 0);
  run_on_mutations(whole, body);
  Bytes tables = open_object(object, type)->payload;
  tables.insert(tables.begin(), 2);
  run_on_mutations(tables, body);
  tables.front() = 1;
  run_on_mutations(tables, body);
}

TEST(FuzzBodies, HoldOnMutatedInputs) {
  run_on_object(ObjectType::snapshot, sample_snapshot());
  run_on_object(ObjectType::manifest, sample_manifest());
  run_on_object(ObjectType::transaction_log, sample_log());
  run_on_object(ObjectType::repo_info, sample_repo());
  const Json value = {{"a", {1, -2, 3.5, nullptr, true, "text"}}, {"b", {{"c", Json::array()}}}};
  run_on_mutations(encode_flexbuffer(value), fuzz_flexbuffer);
  run_on_mutations(Json::to_msgpack(value), fuzz_message_pack);
  std::printf("  seed %u, %d mutations of each of 14 inputs\n", seed, mutations);
}

}  // namespace
}  // namespace vdp::icechunk
