// Commits that compete, fail half way, or lose their answers.
#include <functional>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"
#include "store/fault_store.h"
#include "store/forwarding_store.h"

namespace vdp::icechunk {
namespace {

std::vector<std::string> messages(const Repository& repository) {
  std::vector<std::string> found;
  const auto history = repository.history(Branch{"main"});
  EXPECT_OK(history);
  for (const SnapshotSummary& one : *history) found.push_back(one.message);
  return found;
}

TEST(Commit, IsInTheHistoryWithItsMetadata) {
  const ObjectStorePtr store = make_memory_store();
  const Repository repository = new_repository(store);
  Session session = with_array(repository, int32_array({4}, {2}));
  const SnapshotId root = session.base();
  const auto outcome = session.commit("first", {{"files", 3}});
  const SnapshotId id = std::get<Committed>(*outcome).snapshot;
  EXPECT_EQ(session.base(), id);
  EXPECT_FALSE(session.has_changes());

  const auto history = repository.history(Branch{"main"}).value();
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].id, id);
  EXPECT_EQ(history[0].parent, root);
  EXPECT_EQ(history[0].metadata, Json({{"files", 3}}));
  EXPECT_GT(history[0].flushed_at_us, history[1].flushed_at_us);
  EXPECT_EQ(history[1].parent, std::nullopt);
  const auto operations = repository.operations().value();
  ASSERT_EQ(operations.size(), 2u);
  EXPECT_EQ(operations[0].description, "new commit " + id.text() + " on branch main");
  EXPECT_EQ(count_objects(*store, "overwritten/"), 1u);
}

TEST(Commit, NothingIsWrittenWhereNothingChanged) {
  const ObjectStorePtr store = make_memory_store();
  const Repository repository = new_repository(store);
  Session session = open_main(repository);
  EXPECT_TRUE(std::holds_alternative<NothingToCommit>(*session.commit("x")));
  EXPECT_EQ(count_objects(*store, ""), 3u);
}

TEST(Commit, TheSlowerOfTwoSessionsHasAConflict) {
  const Repository repository = new_repository(make_memory_store());
  Session setup = with_array(repository, int32_array({4}, {2}));
  const SnapshotId base = commit(setup, "setup");
  Session one = open_main(repository);
  Session two = open_main(repository);
  EXPECT_OK(one.set_chunk("/a", {0}, Bytes{1}));
  EXPECT_OK(two.set_chunk("/a", {1}, Bytes{2}));
  const SnapshotId tip = commit(one, "one");
  const auto outcome = two.commit("two");
  ASSERT_TRUE(outcome);
  const auto* found = std::get_if<CommitConflict>(&*outcome);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->expected_tip, base);
  EXPECT_EQ(found->found_tip, tip);
  // The loser keeps its changes, and the branch is as the winner left it.
  EXPECT_TRUE(two.has_changes());
  EXPECT_EQ(messages(repository), (std::vector<std::string>{"one", "setup", "Repository initialized"}));
}

TEST(Commit, OtherPartsOfTheRepositoryMayMove) {
  const Repository repository = new_repository(make_memory_store());
  Session session = with_array(repository, int32_array({4}, {2}));
  EXPECT_OK(Repository(repository).create_tag("v0", session.base()));
  EXPECT_OK(Repository(repository).create_branch("dev", session.base()));
  commit(session, "one");
  const Refs refs = repository.refs().value();
  EXPECT_EQ(refs.branches.at("main"), session.base());
  EXPECT_EQ(refs.branches.at("dev"), refs.tags.at("v0"));
  EXPECT_NE(refs.branches.at("dev"), session.base());
}

TEST(Commit, TimesIncreaseThoughTheClockGoesBack) {
  ManualClock clock(1'700'000'000'000'000);
  RepositoryOptions options;
  options.clock = &clock;
  const Repository repository = Repository::create(make_memory_store(), {}, options).value();
  Session session = with_array(repository, int32_array({4}, {2}));
  commit(session);
  clock.sleep_us(-3'600'000'000);
  EXPECT_OK(session.set_chunk("/a", {0}, Bytes{1}));
  commit(session);
  const auto history = repository.history(Branch{"main"}).value();
  const auto operations = repository.operations().value();
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_GT(history[i - 1].flushed_at_us, history[i].flushed_at_us);
    EXPECT_GT(operations[i - 1].updated_at_us, operations[i].updated_at_us);
  }
}

TEST(Commit, ALongLogGoesOnInBackups) {
  RepositoryConfig config;
  config.set_updates_per_repo_object(3);
  const Repository repository = new_repository(make_memory_store(), config);
  Session session = with_array(repository, int32_array({100}, {1}));
  for (std::uint64_t i = 0; i < 10; ++i) {
    EXPECT_OK(session.set_chunk("/a", {i}, Bytes{1}));
    commit(session, std::to_string(i));
  }
  const auto operations = repository.operations().value();
  ASSERT_EQ(operations.size(), 11u);
  EXPECT_EQ(operations.back().description, "repository created");
  for (std::size_t i = 1; i < operations.size(); ++i) {
    EXPECT_GT(operations[i - 1].updated_at_us, operations[i].updated_at_us);
  }
  EXPECT_EQ(decode_repo_info(repository.store().get(repo_key)->bytes)->latest_updates.size(), 3u);
}

/// One commit over a store in which the operation with the given number, counted from the commit's first, has a fault.
struct FaultyCommit {
  FaultyCommit(std::uint64_t operation, Fault fault) {
    RepositoryOptions options;
    options.clock = &clock;
    Repository repository = Repository::create(store, {}, options).value();
    Session session = with_array(repository, int32_array({4}, {2}));
    EXPECT_OK(session.set_chunk("/a", {0}, Bytes(1000, 1)));
    const std::uint64_t first = store->operations();
    store->plan(first + operation, fault);
    outcome = session.commit("the commit");
    reached = store->operations() > first + operation;
    if (!reached) return;
    again = session.commit("the commit");
    history = messages(repository);
    const auto reader = repository.readonly_session(Branch{"main"});
    complete = reader && reader->read_chunk("/a", {0}) == Bytes(1000, 1);
  }

  ManualClock clock{1'700'000'000'000'000};
  std::shared_ptr<FaultStore> store = std::make_shared<FaultStore>(make_memory_store());
  Result<CommitOutcome> outcome = NothingToCommit{};
  Result<CommitOutcome> again = NothingToCommit{};
  std::vector<std::string> history;
  bool reached = false;
  bool complete = false;
};

TEST(Commit, IsThereOnceWhateverFailsOnTheWay) {
  int runs = 0;
  for (const Fault fault : {Fault::refused, Fault::lost_answer, Fault::lost_race}) {
    for (std::uint64_t operation = 0;; ++operation) {
      const FaultyCommit run(operation, fault);
      if (!run.reached) break;
      ++runs;
      SCOPED_TRACE(testing::Message() << "fault " << static_cast<int>(fault) << " at operation " << operation);
      const bool committed = run.outcome && std::holds_alternative<Committed>(*run.outcome);
      // What failed did so before the branch moved, and works when it is done again.
      if (!committed) {
        ASSERT_FALSE(run.outcome);
        ASSERT_TRUE(run.again);
        EXPECT_TRUE(std::holds_alternative<Committed>(*run.again));
      } else {
        EXPECT_TRUE(std::holds_alternative<NothingToCommit>(*run.again));
      }
      EXPECT_EQ(run.history, (std::vector<std::string>{"the commit", "Repository initialized"}));
      EXPECT_TRUE(run.complete);
    }
  }
  EXPECT_GE(runs, 3 * 6);
}

/// Performs the first replacement of `repo`, and then gives another answer than the true one, if it has one.
class DeceptiveStore final : public ForwardingStore {
 public:
  explicit DeceptiveStore(ObjectStorePtr inner, std::optional<ErrorKind> answer = std::nullopt)
      : ForwardingStore(std::move(inner)), answer_(answer) {}

  bool silent_afterwards = false;           ///< nothing can be read after that
  std::function<void()> before_the_answer;  ///< what happens in the meantime
  int reads_of_repo = 0;

  Result<ObjectData> get(std::string_view key) override {
    if (deceived_ && silent_afterwards) return fail(ErrorKind::transient, "no answer");
    if (key == repo_key) ++reads_of_repo;
    return inner()->get(key);
  }
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override {
    auto answer = inner()->put(key, bytes, condition);
    if (!answer_ || deceived_ || key != repo_key || condition.kind != PutCondition::Kind::replace_only) return answer;
    deceived_ = true;
    if (before_the_answer) before_the_answer();
    return fail(*answer_, "not what happened");
  }
  Status remove(std::string_view key) override {
    ADD_FAILURE() << "a commit must not delete " << key;
    return inner()->remove(key);
  }

 private:
  std::optional<ErrorKind> answer_;
  bool deceived_ = false;
};

TEST(Commit, IsNoConflictWhenOthersCommitOnTopBeforeTheAnswer) {
  // A store that repeats a put whose answer was lost gets a conflict with itself.
  for (const ErrorKind answer : {ErrorKind::conflict, ErrorKind::outcome_unknown, ErrorKind::transient}) {
    const ObjectStorePtr inner = make_memory_store();
    const auto store = std::make_shared<DeceptiveStore>(inner, answer);
    const Repository repository = new_repository(store);
    Session session = with_array(repository, int32_array({4}, {2}));
    store->before_the_answer = [&] {
      const Repository others = Repository::open(inner).value();
      for (std::uint64_t i = 0; i < 2; ++i) {
        Session other = open_main(others);
        EXPECT_OK(other.set_chunk("/a", {i}, Bytes{1}));
        commit(other, "other " + std::to_string(i));
      }
    };
    const SnapshotId ours = commit(session, "ours");
    EXPECT_EQ(messages(repository), (std::vector<std::string>{"other 1", "other 0", "ours", "Repository initialized"}));
    EXPECT_EQ(repository.history(Branch{"main"})->at(2).id, ours);
  }
}

TEST(Commit, IsUnknownWhereTheStoreFallsSilent) {
  ManualClock clock(1'700'000'000'000'000);
  RepositoryOptions options;
  options.clock = &clock;
  const ObjectStorePtr inner = make_memory_store();
  const auto store = std::make_shared<DeceptiveStore>(inner, ErrorKind::outcome_unknown);
  store->silent_afterwards = true;
  const Repository repository = Repository::create(store, {}, options).value();
  Session session = with_array(repository, int32_array({4}, {2}));
  const auto outcome = session.commit("the commit");
  ASSERT_TRUE(outcome) << outcome.error().text();
  const auto* unknown = std::get_if<CommitUnknown>(&*outcome);
  ASSERT_NE(unknown, nullptr);
  EXPECT_FALSE(session.commit("again"));
  // It had landed, and can be found by the id that the outcome names.
  const auto history = Repository::open(inner)->history(Branch{"main"}).value();
  EXPECT_EQ(history.front().id, unknown->snapshot);
}

TEST(Commit, ReadsRepoAnewOnlyWhereOthersReplacedIt) {
  const ObjectStorePtr inner = make_memory_store();
  const auto store = std::make_shared<DeceptiveStore>(inner);
  Repository ours = new_repository(store);
  Session setup = with_array(ours, int32_array({100}, {1}));
  commit(setup, "setup");
  const auto append = [](const Repository& repository, std::uint64_t i) {
    Session session = open_main(repository);
    EXPECT_OK(session.set_chunk("/a", {i}, Bytes{1}));
    commit(session, std::to_string(i));
  };
  append(ours, 0);
  const int before = store->reads_of_repo;
  for (std::uint64_t i = 1; i < 5; ++i) append(ours, i);
  EXPECT_EQ(store->reads_of_repo, before);

  // As of another process.
  Repository theirs = Repository::open(inner).value();
  for (std::uint64_t i = 5; i < 11; ++i) append(i % 2 == 0 ? ours : theirs, i);
  EXPECT_EQ(store->reads_of_repo, before + 3);
  EXPECT_OK(theirs.create_tag("v1", theirs.resolve(Branch{"main"}).value()));
  EXPECT_EQ(ours.refs()->tags.size(), 1u);
  EXPECT_FALSE(ours.create_tag("v1", ours.resolve(Branch{"main"}).value()));
  EXPECT_EQ(messages(ours).size(), 13u);
  EXPECT_EQ(messages(ours), messages(theirs));
}

TEST(Commit, WhatIsKeptOfRepoIsWhatWasWritten) {
  RepositoryConfig config;
  config.set_updates_per_repo_object(3);
  const ObjectStorePtr store = make_memory_store();
  Repository repository = new_repository(store, config);
  Session session = with_array(repository, int32_array({100}, {1}));
  for (std::uint64_t i = 0; i < 6; ++i) {
    EXPECT_OK(session.set_chunk("/a", {i}, Bytes{1}));
    commit(session, std::to_string(i));
    EXPECT_OK(repository.create_tag("v" + std::to_string(i), session.base()));
  }
  const auto described = [](const Repository& one) {
    std::vector<std::string> texts;
    const auto operations = one.operations().value();
    for (const Operation& operation : operations) {
      texts.push_back(format_timestamp(operation.updated_at_us) + " " + operation.description);
    }
    return texts;
  };
  const Repository reader = Repository::open(store).value();
  EXPECT_EQ(described(repository), described(reader));
  EXPECT_EQ(described(repository).size(), 13u);
  EXPECT_EQ(messages(repository), messages(reader));
  EXPECT_EQ(repository.refs()->tags, reader.refs()->tags);
  EXPECT_EQ(repository.config()->document(), reader.config()->document());
}

}  // namespace
}  // namespace vdp::icechunk
