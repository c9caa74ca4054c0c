// Two sessions on one base: for tests of what a rebase makes of both.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "icechunk/repo/test_repository.h"

namespace vdp::icechunk {

using Edit = std::function<void(Session&)>;

inline Edit write(const std::string& path, zarr::Shape index, std::uint8_t value = 9) {
  return [=](Session& session) { EXPECT_OK(session.set_chunk(path, index, Bytes{value})); };
}
inline Edit erase(const std::string& path, zarr::Shape index) {
  return [=](Session& session) { EXPECT_OK(session.delete_chunk(path, index)); };
}
inline Edit remove(const std::string& path) {
  return [=](Session& session) { EXPECT_OK(session.delete_node(path)); };
}
inline Edit make_group(const std::string& path, const Json& attributes = Json::object()) {
  return [=](Session& session) { EXPECT_OK(session.set_group(path, zarr::zarr_json_group(attributes))); };
}
inline Edit make_array(const std::string& path, zarr::Shape shape = {8}) {
  return [=](Session& session) { EXPECT_OK(session.set_array(path, int32_array(shape, {1}))); };
}
inline Edit describe_array(const std::string& path, zarr::Shape shape = {8}) {
  return [=](Session& session) {
    zarr::ArrayMetadata metadata = int32_array(shape, {1});
    metadata.attributes = {{"changed", session.base().text()}};
    EXPECT_OK(session.set_array(path, metadata));
  };
}
inline Edit shift(const std::string& path, std::int64_t offset_chunks) {
  return [=](Session& session) { EXPECT_OK(session.shift_chunks(path, 0, offset_chunks)); };
}
inline Edit all(std::vector<Edit> edits) {
  return [=](Session& session) {
    for (const Edit& edit : edits) edit(session);
  };
}

/// A repository with the arrays /a, /b and /g/x of eight chunks, of which the first six are there, and the groups /g
/// and /h.
inline Repository furnished(const ObjectStorePtr& store, const RepositoryOptions& options = {}) {
  Repository repository = Repository::create(store, {}, options).value();
  Session session = open_main(repository);
  for (const char* group : {"/", "/g", "/h"}) make_group(group)(session);
  for (const char* array : {"/a", "/b", "/g/x"}) {
    make_array(array)(session);
    for (std::uint64_t i = 0; i < 6; ++i) write(array, {i}, 1)(session);
  }
  commit(session, "furnished");
  return repository;
}

/// Both start from one base; theirs is committed first.
struct Race {
  Race(const Edit& theirs, const Edit& ours)
      : repository(furnished(make_memory_store())), session(open_main(repository)) {
    Session first = open_main(repository);
    theirs(first);
    tip = commit(first, "theirs");
    ours(session);
  }

  /// "kind path" of each conflict; empty where there is none.
  std::vector<std::string> rebase(const ConflictSolver& solver = ConflictDetector()) {
    const SnapshotId base = session.base();
    const auto outcome = session.rebase(solver);
    EXPECT_OK(outcome);
    std::vector<std::string> found;
    if (!outcome) return {"error"};
    if (std::holds_alternative<Rebased>(*outcome)) {
      EXPECT_EQ(session.base(), tip);
      return found;
    }
    EXPECT_EQ(session.base(), base);
    for (const Conflict& conflict : std::get<RebaseStopped>(*outcome).conflicts) {
      found.push_back(std::string(to_string(conflict.kind)) + " " + conflict.path);
      if (!conflict.chunks.empty()) chunks = conflict.chunks;
    }
    return found;
  }

  std::optional<Bytes> chunk(const std::string& path, zarr::Shape index) {
    const auto read = repository.readonly_session(Branch{"main"})->read_chunk(path, index);
    EXPECT_OK(read);
    return *read;
  }

  Repository repository;
  Session session;
  SnapshotId tip;
  std::vector<std::vector<std::uint32_t>> chunks;
};

using Found = std::vector<std::string>;

}  // namespace vdp::icechunk
