// What tests of this folder share: a repository in memory whose history is made hour by hour, and stores that
// interfere.
#pragma once

#include <functional>
#include <set>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/repo_update.h"
#include "icechunk/repo/test_repository.h"
#include "icechunk/upkeep/collect.h"
#include "store/fault_store.h"
#include "store/forwarding_store.h"

namespace vdp::icechunk {

inline constexpr std::int64_t hour_us = 3'600'000'000;
inline constexpr std::int64_t day_us = 24 * hour_us;

/// Passes all on, and calls `before_copy` before the copies that updates of `repo` make.
class HookedStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::function<void()> before_copy;
  std::vector<std::size_t> removals;  ///< keys in each batch

  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override {
    if (const auto hook = std::exchange(before_copy, nullptr)) hook();
    return inner()->copy(from, to, if_etag);
  }
  Status remove_all(std::span<const std::string> keys) override {
    removals.push_back(keys.size());
    return inner()->remove_all(keys);
  }
};

/// An array of eight chunks at "/a", and commits to it an hour apart.
class History {
 public:
  explicit History(std::uint64_t seed = 1) : random(seed) {
    Session session = with_array(repository, int32_array({8}, {1}));
    clock.sleep_us(hour_us);
    setup = icechunk::commit(session, "setup");
  }

  /// Chunk `chunk` becomes a thousand bytes of `value`.
  SnapshotId commit(std::uint64_t chunk, std::uint8_t value, const std::string& branch = "main") {
    return commit_to(repository, chunk, value, branch);
  }
  SnapshotId commit_to(const Repository& where, std::uint64_t chunk, std::uint8_t value, const std::string& branch) {
    clock.sleep_us(hour_us);
    auto session = where.writable_session(branch).value();
    EXPECT_OK(session.set_chunk("/a", {chunk}, Bytes(1000, value)));
    return icechunk::commit(session, std::to_string(value));
  }
  /// A change of `repo` that this program has no operation for.
  void edit(const std::function<void(RepoInfo&)>& change) {
    const auto apply = [&](RepoInfo& info) -> Status {
      change(info);
      return {};
    };
    EXPECT_OK(update_repo(repository.state(), {ConfigChanged{}, apply, nullptr}));
  }
  void point_branch(const std::string& name, const SnapshotId& snapshot) {
    edit([&](RepoInfo& info) { set_ref(info.branches, name, *info.find_snapshot(snapshot)); });
  }
  void delete_branch(const std::string& name) {
    edit([&](RepoInfo& info) { std::erase_if(info.branches, [&](const NamedRef& ref) { return ref.name == name; }); });
  }

  Repository open(const ObjectStorePtr& over) {
    RepositoryOptions options;
    options.clock = &clock;
    options.random = &random;
    return Repository::open(over, options).value();
  }
  RepoInfo info() const { return decode_repo_info(memory->get(repo_key)->bytes).value(); }
  SnapshotInfo snapshot(const SnapshotId& id) const {
    const RepoInfo all = info();
    return all.snapshots.at(all.find_snapshot(id).value());
  }
  std::optional<SnapshotId> parent(const SnapshotId& id) const {
    const RepoInfo all = info();
    const std::int32_t at = all.snapshots.at(all.find_snapshot(id).value()).parent;
    return at < 0 ? std::nullopt : std::optional(all.snapshots[at].id);
  }
  bool has_snapshot(const SnapshotId& id) const { return info().find_snapshot(id).has_value(); }
  /// The first byte of a chunk; nothing where it cannot be read.
  std::optional<std::uint8_t> value(const Revision& revision, std::uint64_t chunk) {
    const auto session = open(memory).readonly_session(revision);
    if (!session) return std::nullopt;
    const auto bytes = session->read_chunk("/a", {chunk});
    if (!bytes || !*bytes || (*bytes)->size() != 1000) return std::nullopt;
    return (*bytes)->front();
  }
  /// All keys but `repo` and its former versions.
  std::set<std::string> objects() const {
    std::set<std::string> keys;
    const std::vector<ObjectInfo> all = memory->list("").value();
    for (const ObjectInfo& object : all) {
      if (object.key != repo_key && !object.key.starts_with("overwritten/")) keys.insert(object.key);
    }
    return keys;
  }
  bool has(const std::string& key) const { return memory->head(key).has_value(); }

  /// Options for everything that was done up to now, with the minimum age switched off.
  ExpireOptions expire_all() {
    clock.sleep_us(hour_us);
    ExpireOptions options;
    options.older_than_us = clock.now_us();
    options.minimum_age_us = 0;
    return options;
  }
  CollectOptions collect_all() {
    clock.sleep_us(hour_us);
    CollectOptions options;
    options.older_than_us = clock.now_us() - 1;
    options.minimum_age_us = 0;
    options.threads = 1;
    return options;
  }

  ManualClock clock{1'700'000'000'123'456};
  SeededRandom random;
  ObjectStorePtr memory = make_memory_store("upkeep", clock);
  Repository repository = create();
  SnapshotId setup;

 private:
  Repository create() {
    RepositoryOptions options;
    options.clock = &clock;
    options.random = &random;
    return Repository::create(memory, {}, options).value();
  }
};

inline std::set<SnapshotId> as_set(const std::vector<SnapshotId>& ids) { return {ids.begin(), ids.end()}; }

}  // namespace vdp::icechunk
