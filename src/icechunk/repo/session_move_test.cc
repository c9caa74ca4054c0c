// Sessions that move nodes.
#include "icechunk/repo/node_path.h"
#include "icechunk/repo/test_repository.h"
#include "icechunk/repo/transaction_logs.h"

namespace vdp::icechunk {
namespace {

std::string group_json(const Json& attributes = Json::object()) { return zarr::zarr_json_group(attributes); }

/// "/", the groups /g and /h, the arrays /g/x and /a with one chunk each.
Repository furnished(const ObjectStorePtr& store = make_memory_store()) {
  Repository repository = new_repository(store);
  Session session = open_main(repository);
  for (const char* path : {"/", "/g", "/h"}) EXPECT_OK(session.set_group(path, group_json()));
  for (const char* path : {"/g/x", "/a"}) {
    EXPECT_OK(session.set_array(path, int32_array({4}, {1})));
    EXPECT_OK(session.set_chunk(path, {0}, Bytes{1, 2, 3, 4}));
  }
  commit(session, "furnished");
  return repository;
}

Session rearranging(const Repository& repository) {
  auto session = repository.rearrange_session("main");
  EXPECT_OK(session);
  return std::move(*session);
}

std::vector<std::string> paths(const Session& session) {
  std::vector<std::string> found;
  for (const NodeSummary& node : session.nodes()) found.push_back(node.path);
  return found;
}

NodeId id_of(const Session& session, const std::string& path) {
  for (const NodeSummary& node : session.nodes()) {
    if (node.path == path) return node.id;
  }
  ADD_FAILURE() << "no node " << path;
  return {};
}

std::vector<std::string> moves(const Repository& repository, const SnapshotId& id) {
  std::vector<std::string> found;
  const auto log = load_transaction_log(repository.store(), id);
  EXPECT_OK(log);
  for (const MovedNode& move : log->moved_nodes) found.push_back(move.from + " " + move.to);
  EXPECT_TRUE(log->new_groups.empty() && log->deleted_groups.empty() && log->updated_arrays.empty());
  return found;
}

TEST(Move, KeepsIdsMetadataAndChunks) {
  const Repository repository = furnished();
  Session session = rearranging(repository);
  const NodeId group = id_of(session, "/g");
  const NodeId array = id_of(session, "/g/x");
  EXPECT_OK(session.move_node("/g", "/h/new"));
  EXPECT_EQ(paths(session), (std::vector<std::string>{"/", "/a", "/h", "/h/new", "/h/new/x"}));
  EXPECT_EQ(session.read_chunk("/h/new/x", {0})->value(), (Bytes{1, 2, 3, 4}));
  const std::size_t manifests = count_objects(repository.store(), "manifests/");
  const SnapshotId moved = commit(session, "moved");
  EXPECT_EQ(count_objects(repository.store(), "manifests/"), manifests);
  EXPECT_EQ(moves(repository, moved), (std::vector<std::string>{"/g /h/new", "/g/x /h/new/x"}));

  const Session reader = open_main(repository);
  EXPECT_EQ(id_of(reader, "/h/new"), group);
  EXPECT_EQ(id_of(reader, "/h/new/x"), array);
  EXPECT_EQ(reader.read_chunk("/h/new/x", {0})->value(), (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(reader.kind("/g"), std::nullopt);
}

TEST(Move, TheLogHasTheNetEffect) {
  const Repository repository = furnished();
  Session session = rearranging(repository);
  EXPECT_OK(session.move_node("/a", "/t"));
  EXPECT_OK(session.move_node("/t", "/g/a"));
  EXPECT_OK(session.move_node("/g", "/t"));
  EXPECT_OK(session.move_node("/t", "/g"));
  EXPECT_EQ(moves(repository, commit(session)), (std::vector<std::string>{"/a /g/a"}));
}

TEST(Move, ThereAndBackIsNoChange) {
  const Repository repository = furnished();
  Session session = rearranging(repository);
  EXPECT_OK(session.move_node("/g", "/h/g"));
  EXPECT_TRUE(session.has_changes());
  EXPECT_OK(session.move_node("/h/g", "/g"));
  EXPECT_FALSE(session.has_changes());
  EXPECT_EQ(paths(session), (std::vector<std::string>{"/", "/a", "/g", "/g/x", "/h"}));
}

TEST(Move, NodesChangePlaces) {
  const Repository repository = furnished();
  Session session = rearranging(repository);
  const NodeId g = id_of(session, "/g");
  EXPECT_OK(session.move_node("/g", "/t"));
  EXPECT_OK(session.move_node("/h", "/g"));
  EXPECT_OK(session.move_node("/t", "/h"));
  const SnapshotId swapped = commit(session);
  EXPECT_EQ(moves(repository, swapped), (std::vector<std::string>{"/h /g", "/g /h", "/g/x /h/x"}));
  EXPECT_EQ(id_of(open_main(repository), "/h"), g);
}

TEST(Move, RefusesWhatWouldBreakTheHierarchy) {
  const Repository repository = furnished();
  Session session = rearranging(repository);
  struct Case {
    const char* from;
    const char* to;
    ErrorKind kind;
  };
  for (const auto& [from, to, kind] :
       {Case{"/none", "/n", ErrorKind::not_found}, Case{"/g", "/h", ErrorKind::invalid},
        Case{"/g", "/g", ErrorKind::invalid}, Case{"/g", "/g/in", ErrorKind::invalid},
        Case{"/g", "/a/in", ErrorKind::invalid}, Case{"/g", "/none/in", ErrorKind::invalid},
        Case{"/", "/n", ErrorKind::invalid}, Case{"/g", "/", ErrorKind::invalid},
        Case{"/g", "/h/../n", ErrorKind::invalid}, Case{"g", "/n", ErrorKind::invalid}}) {
    const Status moved = session.move_node(from, to);
    ASSERT_FALSE(moved) << from << " " << to;
    EXPECT_EQ(moved.error().kind, kind) << moved.error().text();
  }
  EXPECT_FALSE(session.has_changes());
}

TEST(Move, SessionsDoOneThing) {
  const Repository repository = furnished();
  Session moving = rearranging(repository);
  EXPECT_EQ(moving.set_group("/n", group_json()).error().kind, ErrorKind::denied);
  EXPECT_EQ(moving.delete_node("/a").error().kind, ErrorKind::denied);
  EXPECT_EQ(moving.set_chunk("/a", {1}, Bytes{1}).error().kind, ErrorKind::denied);
  Session writing = open_main(repository);
  EXPECT_EQ(writing.move_node("/g", "/n").error().kind, ErrorKind::denied);
}

TEST(Move, KeepsToTheFeatureFlag) {
  Repository repository = furnished();
  Session session = rearranging(repository);
  EXPECT_OK(session.move_node("/g", "/n"));
  EXPECT_OK(repository.set_feature_flag(FeatureFlag::move_node, false));
  EXPECT_EQ(repository.rearrange_session("main").error().kind, ErrorKind::denied);
  const auto outcome = session.commit("moved");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::denied);
}

TEST(Move, IsMadeAgainOverOtherCommits) {
  const Repository repository = furnished();
  Session session = rearranging(repository);
  EXPECT_OK(session.move_node("/g", "/n"));
  Session other = open_main(repository);
  EXPECT_OK(other.set_group("/g/later", group_json()));
  EXPECT_OK(other.set_chunk("/g/x", {1}, Bytes{5}));
  commit(other, "other");
  const ConflictDetector detector;
  const auto outcome = session.commit("moved", Json::object(), {.solver = &detector});
  ASSERT_TRUE(outcome && std::holds_alternative<Committed>(*outcome));
  EXPECT_EQ(moves(repository, session.base()), (std::vector<std::string>{"/g /n", "/g/later /n/later", "/g/x /n/x"}));
  const Session reader = open_main(repository);
  EXPECT_EQ(paths(reader), (std::vector<std::string>{"/", "/a", "/h", "/n", "/n/later", "/n/x"}));
  EXPECT_EQ(reader.read_chunk("/n/x", {1})->value(), Bytes{5});
}

TEST(Move, ConflictsWithWhatTookItsPlace) {
  struct Case {
    std::function<void(Session&)> theirs;
    ConflictKind kind;
  };
  const std::vector<Case> cases = {
      {[](Session& session) { EXPECT_OK(session.set_group("/h/n", group_json())); },
       ConflictKind::new_node_conflicts_with_existing_node},
      {[](Session& session) { EXPECT_OK(session.delete_node("/h")); }, ConflictKind::new_node_in_invalid_group},
      {[](Session& session) { EXPECT_OK(session.delete_node("/g")); }, ConflictKind::move_operation_cannot_be_rebased},
      {[](Session& session) {
         EXPECT_OK(session.delete_node("/g"));
         EXPECT_OK(session.set_group("/g", group_json({{"other", 1}})));
       },
       ConflictKind::move_operation_cannot_be_rebased},
  };
  for (const Case& one : cases) {
    const Repository repository = furnished();
    Session session = rearranging(repository);
    EXPECT_OK(session.move_node("/g", "/h/n"));
    Session other = open_main(repository);
    one.theirs(other);
    commit(other);
    const auto outcome = session.rebase(BasicConflictSolver()).value();
    const auto* stopped = std::get_if<RebaseStopped>(&outcome);
    ASSERT_NE(stopped, nullptr) << to_string(one.kind);
    ASSERT_EQ(stopped->conflicts.size(), 1u);
    EXPECT_EQ(stopped->conflicts[0].kind, one.kind) << describe(stopped->conflicts[0]);
    EXPECT_EQ(paths(session), (std::vector<std::string>{"/", "/a", "/h", "/h/n", "/h/n/x"}));
  }
}

TEST(Move, PathsAreOrderedPartByPart) {
  EXPECT_TRUE(path_less("/a/b", "/a-b"));
  EXPECT_TRUE(path_less("/a", "/a/b"));
  EXPECT_TRUE(path_less("/a/z", "/b"));
  EXPECT_FALSE(path_less("/a-b", "/a/b"));
  EXPECT_FALSE(path_less("/a", "/a"));
}

}  // namespace
}  // namespace vdp::icechunk
