// Objects made by hand to take more than they are worth: each is an error, in little memory. The time that each took is
// printed; it is not asserted, as a busy machine has no fault in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>

#include "icechunk/format/manifest.h"
#include "icechunk/format/repo_info.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"
#include "icechunk/format/wire.h"
#include "manifest_wire.h"
#include "repo_wire.h"
#include "snapshot_wire.h"
#include "transaction_log_wire.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_ours = false;
#else
constexpr bool memory_is_ours = true;
#endif

namespace vdp::icechunk {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
template <typename T>
using Offset = flatbuffers::Offset<T>;

constexpr std::uint64_t max_memory_bytes = 64ULL << 20;
constexpr std::size_t many = 1'000'000;

/// A line of /proc/self/status, in bytes.
std::uint64_t process_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoull(line.substr(field.size() + 1)) * 1024;
  }
  return 0;
}

/// Runs `decode`, which must fail in one of the two ways for a hostile object, and says what it took.
void expect_refused(const std::string& what, const std::function<std::optional<Error>()>& decode) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
  const std::uint64_t before = process_bytes("VmRSS");
  const auto start = std::chrono::steady_clock::now();
  const std::optional<Error> error = decode();
  const double took_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  const std::uint64_t peak = process_bytes("VmHWM");
  const std::uint64_t took = peak > before ? peak - before : 0;
  ASSERT_TRUE(error) << what << " was accepted";
  EXPECT_TRUE(error->kind == ErrorKind::corrupt || error->kind == ErrorKind::limit) << what << ": " << error->text();
  std::printf("  %-44s %6.1f ms %5.1f MiB  %s\n", what.c_str(), took_ms, static_cast<double>(took) / (1 << 20),
              error->text().substr(0, 100).c_str());
  if (memory_is_ours) {
    EXPECT_LT(took, max_memory_bytes) << what;
  }
}

std::optional<Error> decode_error(ObjectType type, const Bytes& object) {
  const auto error_of = [](const auto& result) {
    return result ? std::optional<Error>() : std::optional<Error>(result.error());
  };
  switch (type) {
    case ObjectType::snapshot:
      return error_of(decode_snapshot(object));
    case ObjectType::manifest:
      return error_of(decode_manifest(object));
    case ObjectType::transaction_log:
      return error_of(decode_transaction_log(object));
    default:
      return error_of(decode_repo_info(object));
  }
}

void expect_refused(const std::string& what, ObjectType type, const Bytes& object) {
  expect_refused(what, [&] { return decode_error(type, object); });
}

constexpr ObjectType types[] = {ObjectType::snapshot, ObjectType::manifest, ObjectType::transaction_log,
                                ObjectType::repo_info};

// ---- Frames ----

/// A zstd frame (RFC 8878) of blocks that each repeat one byte 128 Ki times.
constexpr std::uint8_t window_of_2_mib = 0x58;
constexpr std::uint8_t window_of_128_mib = 0x88;
Bytes repeating_frame(std::size_t blocks, std::optional<std::uint64_t> declared_bytes,
                      std::uint8_t window = window_of_128_mib) {
  Bytes frame = {0x28, 0xb5, 0x2f, 0xfd};
  if (declared_bytes) {
    frame.push_back(0xc0);  // 8 bytes of content size; a window follows the descriptor
    frame.push_back(window);
    for (int shift = 0; shift < 64; shift += 8) frame.push_back(static_cast<std::uint8_t>(*declared_bytes >> shift));
  } else {
    frame.push_back(0x00);
    frame.push_back(window);
  }
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::uint32_t header = (128U << 10) << 3 | 1 << 1 | (i + 1 == blocks ? 1 : 0);  // size, RLE, last
    for (int shift = 0; shift < 24; shift += 8) frame.push_back(static_cast<std::uint8_t>(header >> shift));
    frame.push_back(0);
  }
  return frame;
}

Bytes as_object(ObjectType type, const Bytes& frame) {
  const auto header = encode_file_header(type, 2);
  Bytes object(header.size() + frame.size());
  std::ranges::copy(frame, std::ranges::copy(header, object.begin()).out);
  return object;
}

TEST(HostileObjects, FramesThatGrow) {
  constexpr std::uint64_t hundred_gigabytes = 100'000'000'000;
  for (const ObjectType type : types) {
    const std::string name(to_string(type));
    expect_refused(name + ": 1 KB declares 100 GB", type, as_object(type, repeating_frame(250, hundred_gigabytes)));
    expect_refused(name + ": 1 KB declares 2^64 - 3", type, as_object(type, repeating_frame(250, ~0ULL - 2)));
    expect_refused(name + ": 1 KB declares 5 MB, has 32", type, as_object(type, repeating_frame(250, 5'000'000)));
    expect_refused(name + ": 1 KB asks for 128 MiB", type, as_object(type, repeating_frame(250, std::nullopt)));
    expect_refused(name + ": 1 KB grows, undeclared", type,
                   as_object(type, repeating_frame(250, std::nullopt, window_of_2_mib)));
    expect_refused(name + ": 8 MB of zeros", type, as_object(type, repeating_frame(64, 8 << 20)));
  }
}

// ---- Tables that are referred to again and again ----

template <typename T>
Offset<flatbuffers::Vector<Offset<T>>> repeated(Builder& builder, Offset<T> one, std::size_t count = many) {
  return builder.CreateVector(std::vector<Offset<T>>(count, one));
}

const wire::ObjectId12 id12{};
const wire::ObjectId8 id8{};

Bytes manifest_of(const std::function<Offset<flatbuffers::Vector<Offset<wire::ChunkRef>>>(Builder&)>& refs) {
  Builder builder;
  const auto array = wire::CreateArrayManifest(builder, &id8, refs(builder));
  const auto arrays = builder.CreateVector(&array, 1);
  return seal_root(builder, wire::CreateManifest(builder, &id12, arrays), ObjectType::manifest, 1);
}

Offset<wire::ChunkRef> virtual_ref(Builder& builder, const std::vector<std::uint32_t>& index, std::uint64_t offset,
                                   std::uint64_t length) {
  const auto wire_index = builder.CreateVector(index);
  const auto url = builder.CreateString("s3://bucket/key");
  return wire::CreateChunkRef(builder, wire_index, 0, offset, length, nullptr, url);
}

TEST(HostileObjects, ManifestsThatRepeatThemselves) {
  expect_refused("manifest: one reference a million times", ObjectType::manifest, manifest_of([](Builder& builder) {
                   return repeated(builder, virtual_ref(builder, {1, 2, 3}, 0, 1));
                 }));
  expect_refused("manifest: one array a million times", [] {
    Builder builder;
    const auto refs = repeated(builder, virtual_ref(builder, {1}, 0, 1), 1);
    const auto arrays = repeated(builder, wire::CreateArrayManifest(builder, &id8, refs));
    return decode_error(ObjectType::manifest,
                        seal_root(builder, wire::CreateManifest(builder, &id12, arrays), ObjectType::manifest, 1));
  });
}

TEST(HostileObjects, ManifestsOfImpossibleReferences) {
  const auto with = [](std::vector<std::uint32_t> index, std::uint64_t offset, std::uint64_t length) {
    return manifest_of(
        [&](Builder& builder) { return repeated(builder, virtual_ref(builder, index, offset, length), 1); });
  };
  EXPECT_FALSE(decode_error(ObjectType::manifest, with({}, 0, 1)));
  EXPECT_FALSE(decode_error(ObjectType::manifest, with(std::vector<std::uint32_t>(33), 0, 1)));
  EXPECT_FALSE(decode_error(ObjectType::manifest, with({1}, ~0ULL - 1, 1)));
  expect_refused("manifest: a reference beyond 2^64", ObjectType::manifest, with({1}, ~0ULL, 1));
  expect_refused("manifest: a reference of rank 1,000,000", ObjectType::manifest,
                 with(std::vector<std::uint32_t>(many), 0, 1));
}

Bytes snapshot_of(const std::function<Offset<flatbuffers::Vector<Offset<wire::NodeSnapshot>>>(Builder&)>& nodes,
                  std::uint64_t flushed_at = 1, std::size_t files = 0) {
  Builder builder;
  const auto wire_nodes = nodes(builder);
  const auto message = builder.CreateString("m");
  const auto metadata = builder.CreateVector(std::vector<Offset<wire::MetadataItem>>());
  const auto files_v1 = builder.CreateVectorOfStructs(std::vector<wire::ManifestFileInfo>());
  const auto files_v2 = repeated(builder, wire::CreateManifestFileInfoV2(builder, &id12, 1, 1), files);
  return seal_root(
      builder,
      wire::CreateSnapshot(builder, &id12, nullptr, wire_nodes, flushed_at, message, metadata, files_v1, files_v2),
      ObjectType::snapshot, 1);
}

Offset<wire::NodeSnapshot> array_node(Builder& builder, std::size_t rank, std::uint64_t length, std::size_t manifests) {
  const auto path = builder.CreateString("/a");
  const auto user_data = builder.CreateVector(std::vector<std::uint8_t>{'{', '}'});
  const auto shape_v1 = builder.CreateVectorOfStructs(std::vector<wire::DimensionShape>());
  const auto shape = repeated(builder, wire::CreateDimensionShapeV2(builder, length, 1), rank);
  const auto extents = builder.CreateVectorOfStructs(std::vector<wire::ChunkIndexRange>());
  const auto refs = repeated(builder, wire::CreateManifestRef(builder, &id12, extents), manifests);
  const auto array = wire::CreateArrayNodeData(builder, shape_v1, 0, refs, shape);
  return wire::CreateNodeSnapshot(builder, &id8, path, user_data, wire::NodeData::Array, array.Union());
}

TEST(HostileObjects, Snapshots) {
  const auto with_node = [](std::size_t rank, std::uint64_t length, std::size_t manifests, std::size_t count) {
    return snapshot_of(
        [&](Builder& builder) { return repeated(builder, array_node(builder, rank, length, manifests), count); });
  };
  EXPECT_FALSE(decode_error(ObjectType::snapshot, with_node(0, 1, 0, 1)));
  EXPECT_FALSE(decode_error(ObjectType::snapshot, with_node(33, 1ULL << 63, 0, 1)));
  expect_refused("snapshot: an array of rank 1,000,000", ObjectType::snapshot, with_node(many, 1, 0, 1));
  expect_refused("snapshot: one node a million times", ObjectType::snapshot, with_node(1, 1, 0, many));
  expect_refused("snapshot: one manifest a million times", ObjectType::snapshot, with_node(1, 1, many, 1));
  const auto no_nodes = [](Builder& builder) {
    return builder.CreateVector(std::vector<Offset<wire::NodeSnapshot>>());
  };
  expect_refused("snapshot: one manifest file a million times", ObjectType::snapshot, snapshot_of(no_nodes, 1, many));
  expect_refused("snapshot: flushed at 2^63", ObjectType::snapshot, snapshot_of(no_nodes, 1ULL << 63));
}

Bytes log_of(std::size_t arrays, std::size_t chunks, std::size_t rank, std::size_t moves) {
  Builder builder;
  const auto coords = builder.CreateVector(std::vector<std::uint32_t>(rank));
  const auto wire_chunks = repeated(builder, wire::CreateChunkIndices(builder, coords), chunks);
  const auto updated = repeated(builder, wire::CreateArrayUpdatedChunks(builder, &id8, wire_chunks), arrays);
  const auto moved = repeated(builder, wire::CreateMoveOperation(builder), moves);
  const auto none = builder.CreateVectorOfStructs(std::vector<wire::ObjectId8>());
  return seal_root(builder,
                   wire::CreateTransactionLog(builder, &id12, none, none, none, none, none, none, updated, moved),
                   ObjectType::transaction_log, 1);
}

TEST(HostileObjects, TransactionLogs) {
  constexpr ObjectType type = ObjectType::transaction_log;
  EXPECT_FALSE(decode_error(type, log_of(1, 10, 0, 0)));
  EXPECT_FALSE(decode_error(type, log_of(1, 10, 33, 0)));
  expect_refused("log: an index of rank 1,000,000", type, log_of(1, 1, many, 0));
  expect_refused("log: one index of rank 64 a million times", type, log_of(1, many, 64, 0));
  expect_refused("log: one array a million times", type, log_of(many, 1, 3, 0));
  expect_refused("log: a thousand indices a thousand times", type, log_of(1000, 1000, 64, 0));
  expect_refused("log: one move a million times", type, log_of(0, 0, 0, many));
}

struct RepoParts {
  std::size_t deleted_tags = 0;
  std::size_t updates = 0;
  std::size_t snapshots = 1;
  std::size_t metadata = 0;
};
Bytes repo_of(const RepoParts& parts) {
  Builder builder;
  const auto empty = builder.CreateString("");
  const auto no_refs = builder.CreateVector(std::vector<Offset<wire::Ref>>());
  const auto deleted = repeated(builder, empty, parts.deleted_tags);
  const auto info = wire::CreateSnapshotInfo(builder, &id12, -1, 1, empty);
  const auto snapshots = repeated(builder, info, parts.snapshots);
  const auto status = wire::CreateRepoStatus(builder);
  const auto no_bytes = builder.CreateVector(std::vector<std::uint8_t>());
  const auto metadata = repeated(builder, wire::CreateMetadataItem(builder, empty, no_bytes), parts.metadata);
  const auto ran = wire::CreateGCRanUpdate(builder).Union();
  const auto updates =
      repeated(builder, wire::CreateUpdate(builder, wire::UpdateType::GCRanUpdate, ran), parts.updates);
  return seal_root(builder,
                   wire::CreateRepo(builder, 2, no_refs, no_refs, deleted, snapshots, status, metadata, updates),
                   ObjectType::repo_info, 1);
}

TEST(HostileObjects, RepoInfo) {
  constexpr ObjectType type = ObjectType::repo_info;
  EXPECT_FALSE(decode_error(type, repo_of({})));
  expect_refused("repo: one deleted tag a million times", type, repo_of({.deleted_tags = many}));
  expect_refused("repo: one update a million times", type, repo_of({.updates = many}));
  expect_refused("repo: one snapshot a million times", type, repo_of({.snapshots = many}));
  expect_refused("repo: one metadata item a million times", type, repo_of({.metadata = many}));
}

// ---- Numbers that are too large ----

TEST(HostileObjects, EveryNumberMadeHuge) {
  Snapshot snapshot;
  snapshot.nodes = {{NodeId{{1}}, "/a", "{}", ArrayNode{{{10, 5}}, {"x"}, {}}, {}}};
  TransactionLog log;
  log.updated_chunks = {{NodeId{{1}}, 2, 2, {0, 0, 0, 1}}};
  log.moved_nodes = {{"/a", "/b", NodeId{{1}}, true}};
  RepoInfo info;
  info.snapshots = {{SnapshotId{{1}}, -1, 1, "m", encode_metadata({{"k", 1}}), {}}};
  info.branches = {{"main", 0}};
  RefTable refs(2);
  refs.append_virtual(std::vector<std::uint32_t>{0, 1}, refs.add_location({"s3://b/k", "e", 0}), 4, 5);
  refs.append_inline(std::vector<std::uint32_t>{1, 1}, Bytes{1, 2, 3});
  const std::vector<std::pair<ObjectType, Bytes>> objects = {
      {ObjectType::snapshot, encode_snapshot(snapshot)},
      {ObjectType::manifest, encode_manifest({}, {}, refs).value()},
      {ObjectType::transaction_log, encode_transaction_log(log).value()},
      {ObjectType::repo_info, encode_repo_info(info).value()}};
  std::size_t cases = 0;
  std::size_t refused = 0;
  for (const auto& [type, object] : objects) {
    const Bytes payload = open_object(object, type)->payload;
    for (std::size_t at = 0; at + 4 <= payload.size(); at += 4) {
      for (const std::uint32_t number : {1'000'000'000U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        Bytes damaged = payload;
        std::memcpy(damaged.data() + at, &number, sizeof(number));
        refused += decode_error(type, seal_object(type, damaged, 1)).has_value();
        ++cases;
      }
    }
  }
  std::printf("  %zu numbers made huge, %zu refused\n", cases, refused);
  EXPECT_GT(refused, cases / 3);
}

// ---- Values of metadata, configurations ----

TEST(HostileObjects, DeepAndRepeatedValues) {
  const auto flexbuffer = [](const Bytes& bytes) {
    const auto decoded = decode_flexbuffer(bytes);
    return decoded ? std::optional<Error>() : std::optional<Error>(decoded.error());
  };
  const auto message_pack = [](const Bytes& bytes) {
    const auto decoded = decode_message_pack(bytes);
    return decoded ? std::optional<Error>() : std::optional<Error>(decoded.error());
  };
  expect_refused("MessagePack: a million arrays in one another", [&] { return message_pack(Bytes(many, 0x91)); });
  expect_refused("MessagePack: an array of 2^32 - 1 elements",
                 [&] { return message_pack(Bytes{0xdd, 0xff, 0xff, 0xff, 0xff}); });
  expect_refused("MessagePack: a text of 2^32 - 1 bytes",
                 [&] { return message_pack(Bytes{0xdb, 0xff, 0xff, 0xff, 0xff}); });
  // Each level is a vector of ten times the one below: 10^20 values in some 500 bytes. Types: 10 is a vector, 1 an int.
  Bytes repeated_vectors = {1, 7, 1 << 2};
  std::size_t below = 1;
  for (int level = 0; level < 20; ++level) {
    repeated_vectors.push_back(10);
    const std::size_t begin = repeated_vectors.size();
    for (std::size_t i = 0; i < 10; ++i) repeated_vectors.push_back(static_cast<std::uint8_t>(begin + i - below));
    for (std::size_t i = 0; i < 10; ++i) repeated_vectors.push_back(10 << 2);
    below = begin;
  }
  repeated_vectors.push_back(static_cast<std::uint8_t>(repeated_vectors.size() - below));
  repeated_vectors.push_back(10 << 2);
  repeated_vectors.push_back(1);
  expect_refused("FlexBuffer: vectors of one another", [&] { return flexbuffer(repeated_vectors); });
  expect_refused("FlexBuffer: a vector of 2^64 - 1 elements",
                 [&] { return flexbuffer(Bytes{255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 10 << 2 | 3, 1}); });
}

}  // namespace
}  // namespace vdp::icechunk
