// Every object of a small repository damaged in every way: what is read is the truth, or an error.
//
// Not covered, because the format has no means: a native chunk in the place of another of the same size. Chunk objects
// have neither a header nor a checksum of their own; the codec crc32c, which this repository's array has, finds bits.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"
#include "zarr/codec_pipeline.h"
#include "zarr/filters.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t seed = 20261123;

/// 150 numbers and their checksum: a native chunk; four of them: an inlined one.
Bytes chunk_of(std::uint32_t first, std::uint32_t count) {
  Bytes bytes;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t value = first + i;
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  const std::uint32_t sum = zarr::crc32c(bytes);
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(sum >> shift));
  return bytes;
}

zarr::ArrayMetadata summed_array(std::uint64_t chunk_length) {
  zarr::ArrayMetadata metadata = int32_array({4 * chunk_length}, {chunk_length});
  metadata.codecs.push_back({"crc32c", {}});
  return metadata;
}

/// Two branches, a tag, native, inlined and virtual chunks, and an operations log that goes on in backups.
ObjectStorePtr make_repository(std::uint32_t first_value) {
  ObjectStorePtr store = make_memory_store();
  RepositoryConfig config;
  config.set_updates_per_repo_object(3);
  Repository repository = new_repository(store, config);
  Session session = with_array(repository, summed_array(150));
  EXPECT_OK(session.set_array("/small", summed_array(4)));
  EXPECT_OK(session.set_array("/far", int32_array({2}, {1})));
  EXPECT_OK(session.set_refs("/far", steps({2}, "s3://bucket/file.nc"), {0}));
  for (std::uint64_t i = 0; i < 2; ++i) {
    EXPECT_OK(session.set_chunk("/a", {i}, chunk_of(first_value + 1000 * static_cast<std::uint32_t>(i), 150)));
    EXPECT_OK(session.set_chunk("/small", {i}, chunk_of(first_value + static_cast<std::uint32_t>(i), 4)));
    commit(session, fmt::format("commit {} of {}", i, first_value));
  }
  EXPECT_OK(repository.create_tag("v1", session.base()));
  EXPECT_OK(repository.create_branch("dev", session.base()));
  EXPECT_OK(session.set_chunk("/a", {2}, chunk_of(first_value + 2000, 150)));
  commit(session, fmt::format("last of {}", first_value));
  return store;
}

Result<std::string> describe_chunk(const Session& session, const std::string& path, std::uint64_t at) {
  VDP_ASSIGN(const auto ref, session.chunk_ref(path, {at}));
  if (!ref) return "missing";
  if (const auto* far = std::get_if<VirtualChunk>(&*ref)) {
    return fmt::format("{} {} {}+{}", far->location.url, far->location.etag, far->offset, far->length);
  }
  VDP_ASSIGN(const auto bytes, session.read_chunk(path, {at}));
  VDP_ASSIGN(const zarr::ArrayMetadata metadata, session.array_metadata(path));
  VDP_ASSIGN(const Bytes values, zarr::decode_chunk(metadata, *bytes));
  return fmt::format("{}", fmt::join(values, " "));
}

Result<std::string> describe_revision(const Repository& repository, const Revision& revision) {
  std::string text = describe(revision) + "\n";
  VDP_ASSIGN(const auto history, repository.history(revision));
  for (const SnapshotSummary& one : history) {
    text += fmt::format("{} {} {} {}\n", one.id.text(), one.flushed_at_us, one.message, one.metadata.dump());
    const auto log = repository.store().get(transaction_log_key(one.id));
    if (!log) return std::unexpected(log.error());
    VDP_ASSIGN(const TransactionLog changes, decode_transaction_log(log->bytes));
    if (changes.id != one.id) return corrupt("the transaction log of another snapshot");
    text += fmt::format("{} new, chunks of", changes.new_arrays.size());
    for (const UpdatedChunks& chunks : changes.updated_chunks)
      text += fmt::format(" {}", fmt::join(chunks.indices, ","));
  }
  VDP_ASSIGN(const Session session, repository.readonly_session(revision));
  for (const NodeSummary& node : session.nodes()) {
    VDP_ASSIGN(const std::string json, session.zarr_json(node.path));
    text += fmt::format("{} {} {}\n", node.path, node.id.text(), json);
    if (node.kind == NodeKind::group) continue;
    VDP_ASSIGN(const zarr::ArrayMetadata metadata, session.array_metadata(node.path));
    for (std::uint64_t at = 0; at < metadata.grid_shape().at(0); ++at) {
      VDP_ASSIGN(const std::string chunk, describe_chunk(session, node.path, at));
      text += chunk + "\n";
    }
  }
  return text;
}

/// All that can be read of a repository.
Result<std::string> read_all(const ObjectStorePtr& store) {
  VDP_ASSIGN(const Repository repository, Repository::open(store));
  VDP_ASSIGN(const RepositoryConfig config, repository.config());
  VDP_ASSIGN(const Refs refs, repository.refs());
  VDP_ASSIGN(const auto operations, repository.operations());
  std::string text = config.document().dump() + "\n";
  for (const Operation& one : operations) text += fmt::format("{} {}\n", one.updated_at_us, one.description);
  for (const auto& [name, tip] : refs.branches) {
    VDP_ASSIGN(const std::string branch, describe_revision(repository, Branch{name}));
    text += tip.text() + " " + branch;
  }
  for (const auto& [name, snapshot] : refs.tags) {
    VDP_ASSIGN(const std::string tag, describe_revision(repository, Tag{name}));
    text += snapshot.text() + " " + tag;
  }
  return text;
}

class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto read = read_all(store_);
    ASSERT_TRUE(read) << read.error().text();
    truth_ = *read;
    keys_ = store_->list("").value();
    for (const ObjectInfo& object : keys_) originals_[object.key] = store_->get(object.key)->bytes;
  }

  /// Reads with these bytes in the place of an object.
  void try_bytes(const std::string& key, const Bytes& bytes, const std::string& what) {
    ASSERT_TRUE(store_->put(key, bytes));
    const auto read = read_all(store_);
    ++cases_;
    if (!read) {
      ++detected_;
    } else if (*read != truth_) {
      ADD_FAILURE() << key << ", " << what << ": wrong data";
    }
    ASSERT_TRUE(store_->put(key, originals_[key]));
  }

  void flip(const std::string& key, std::size_t bit) {
    Bytes bytes = originals_[key];
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    try_bytes(key, bytes, fmt::format("bit {} of byte {}", bit % 8, bit / 8));
  }

  void truncate(const std::string& key, std::size_t size) {
    const Bytes& whole = originals_[key];
    try_bytes(key, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)),
              fmt::format("cut to {} bytes", size));
  }

  void tell(const char* what) const {
    fmt::print("{}: {} cases, {} detected, {} harmless\n", what, cases_, detected_, cases_ - detected_);
  }

  ObjectStorePtr store_ = make_repository(1);
  std::string truth_;
  std::vector<ObjectInfo> keys_;
  std::map<std::string, Bytes> originals_;
  std::uint64_t cases_ = 0;
  std::uint64_t detected_ = 0;
};

std::string kind_of(const std::string& key) { return key.substr(0, key.find('/')); }

TEST_F(Damage, BitsAndLengths) {
  struct Case {
    const std::string* key;
    std::size_t at;  ///< a bit, or a length
    bool is_flip;
  };
  std::vector<Case> cases;
  for (const auto& [key, bytes] : originals_) {
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) cases.push_back({&key, bit, true});
    for (std::size_t size = 0; size < bytes.size(); ++size) cases.push_back({&key, size, false});
  }
  const std::size_t all = cases.size();
  if (std::getenv("VDP_TEST_LONG") == nullptr) {
    std::mt19937_64 chance(seed);
    std::ranges::shuffle(cases, chance);
    cases.resize(std::min<std::size_t>(all, 5000));
  }
  for (const Case& one : cases) {
    one.is_flip ? flip(*one.key, one.at) : truncate(*one.key, one.at);
    if (HasFailure()) break;
  }
  tell(fmt::format("seed {}, {} of {} bits and lengths of {} objects", seed, cases.size(), all, keys_.size()).c_str());
  EXPECT_GE(cases_, 5000u);
  EXPECT_GT(detected_, cases_ / 2);
}

TEST_F(Damage, MissingAndLengthenedObjects) {
  for (const auto& [key, bytes] : originals_) {
    Bytes longer = bytes;
    longer.push_back(0);
    try_bytes(key, longer, "a byte more");
    try_bytes(key, Bytes(bytes.size(), 0), "zeros");
    ASSERT_TRUE(store_->remove(key));
    const auto read = read_all(store_);
    ++cases_;
    EXPECT_TRUE(!read || *read == truth_ || kind_of(key) == "overwritten") << key << " is missing";
    if (!read) ++detected_;
    ASSERT_TRUE(store_->put(key, bytes));
  }
  tell("more bytes, zeros, none");
}

TEST_F(Damage, SwappedObjects) {
  for (const auto& [one, bytes] : originals_) {
    for (const auto& [other, others] : originals_) {
      if (one == other) continue;
      if (kind_of(one) == "chunks" && kind_of(other) == "chunks") continue;
      // A former `repo` in the place of the newest is the repository as it was.
      if (one == repo_key && kind_of(other) == "overwritten") continue;
      if (kind_of(one) == "overwritten" && (other == repo_key || kind_of(other) == "overwritten")) continue;
      try_bytes(one, others, "holds " + other);
    }
  }
  tell("objects in the place of others");
  EXPECT_GT(cases_, 100u);
}

TEST_F(Damage, ObjectsOfAnotherRepository) {
  const ObjectStorePtr other = make_repository(77);
  const auto others = other->list("").value();
  for (const auto& [key, bytes] : originals_) {
    if (kind_of(key) == "chunks") continue;
    for (const ObjectInfo& theirs : others) {
      if (kind_of(theirs.key) != kind_of(key) || kind_of(key) == "overwritten") continue;
      try_bytes(key, other->get(theirs.key)->bytes, "holds another repository's " + theirs.key);
    }
  }
  tell("objects of another repository");
  EXPECT_GT(cases_, 20u);
}

}  // namespace
}  // namespace vdp::icechunk
