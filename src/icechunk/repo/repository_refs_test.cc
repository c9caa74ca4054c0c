// Branches and tags: made, moved and deleted, each as one update that is recognised after a lost answer.
#include <functional>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/test_repository.h"
#include "store/fault_store.h"

namespace vdp::icechunk {
namespace {

std::vector<std::string> log_of(const Repository& repository) {
  std::vector<std::string> descriptions;
  const auto operations = repository.operations();
  EXPECT_OK(operations);
  for (const Operation& one : *operations) descriptions.push_back(one.description);
  return descriptions;
}

/// Two commits on main.
struct TwoCommits {
  explicit TwoCommits(const ObjectStorePtr& store = make_memory_store(), Clock& clock = system_clock())
      : repository(made_with(store, clock)) {
    Session session = with_array(repository, int32_array({4}, {2}));
    root = session.base();
    first = commit(session, "first");
    EXPECT_OK(session.set_chunk("/a", {0}, Bytes{1}));
    second = commit(session, "second");
  }

  static Repository made_with(const ObjectStorePtr& store, Clock& clock) {
    RepositoryOptions options;
    options.clock = &clock;
    return Repository::create(store, {}, options).value();
  }

  SnapshotId tip(const std::string& branch = "main") const { return repository.resolve(Branch{branch}).value(); }

  Repository repository;
  SnapshotId root, first, second;
};

TEST(RepositoryRefs, ABranchIsDeletedWithItsTipInTheLog) {
  TwoCommits made;
  EXPECT_OK(made.repository.create_branch("dev", made.first));
  EXPECT_OK(made.repository.delete_branch("dev"));
  EXPECT_EQ(made.repository.resolve(Branch{"dev"}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(log_of(made.repository).front(), "branch dev deleted, was " + made.first.text());
  EXPECT_EQ(made.repository.delete_branch("dev").error().kind, ErrorKind::not_found);
  // The name is free again, unlike a tag's.
  EXPECT_OK(made.repository.create_branch("dev", made.second));
}

TEST(RepositoryRefs, MainIsNeverDeleted) {
  TwoCommits made;
  EXPECT_EQ(made.repository.delete_branch("main").error().kind, ErrorKind::invalid);
  EXPECT_EQ(made.tip(), made.second);
}

TEST(RepositoryRefs, ABranchIsResetOnlyFromTheExpectedTip) {
  TwoCommits made;
  const Status refused = made.repository.reset_branch("main", made.root, made.first);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_NE(refused.error().text().find(made.second.text()), std::string::npos) << refused.error().text();
  EXPECT_EQ(made.tip(), made.second);

  EXPECT_OK(made.repository.reset_branch("main", made.first, made.second));
  EXPECT_EQ(made.tip(), made.first);
  EXPECT_EQ(log_of(made.repository).front(), "branch main reset, was " + made.second.text());
  // What the branch left behind can still be named, and the branch can go back.
  EXPECT_OK(made.repository.create_tag("lost", made.second));
  EXPECT_OK(made.repository.reset_branch("main", made.second));
  EXPECT_EQ(made.tip(), made.second);

  EXPECT_EQ(made.repository.reset_branch("main", SnapshotId{{1}}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(made.repository.reset_branch("none", made.first).error().kind, ErrorKind::not_found);
}

TEST(RepositoryRefs, AResetBranchConflictsWithAnOpenSession) {
  TwoCommits made;
  Session session = open_main(made.repository);
  EXPECT_OK(session.set_chunk("/a", {1}, Bytes{1}));
  EXPECT_OK(made.repository.reset_branch("main", made.first));
  const auto outcome = session.commit("late");
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(std::holds_alternative<CommitConflict>(*outcome));
  EXPECT_EQ(std::get<CommitConflict>(*outcome).found_tip, made.first);
}

TEST(RepositoryRefs, ADeletedTagsNameIsNeverFreeAgain) {
  TwoCommits made;
  EXPECT_OK(made.repository.create_tag("v2", made.second));
  EXPECT_OK(made.repository.create_tag("v1", made.first));
  EXPECT_OK(made.repository.delete_tag("v2"));
  EXPECT_OK(made.repository.delete_tag("v1"));
  EXPECT_EQ(made.repository.delete_tag("v1").error().kind, ErrorKind::not_found);
  EXPECT_EQ(made.repository.create_tag("v1", made.first).error().kind, ErrorKind::conflict);
  const Refs refs = made.repository.refs().value();
  EXPECT_TRUE(refs.tags.empty());
  EXPECT_EQ(refs.deleted_tags.at("v1"), made.first);
  EXPECT_EQ(refs.deleted_tags.at("v2"), made.second);
  const RepoInfo info = decode_repo_info(made.repository.store().get(repo_key)->bytes).value();
  EXPECT_EQ(info.deleted_tags, (std::vector<std::string>{"v1", "v2"}));
}

TEST(RepositoryRefs, ADeletedTagIsToldThoughTheLogGoesOnElsewhere) {
  RepositoryConfig config;
  config.set_updates_per_repo_object(2);
  Repository repository = new_repository(make_memory_store(), config);
  const SnapshotId root = repository.resolve(Branch{"main"}).value();
  EXPECT_OK(repository.create_tag("v1", root));
  EXPECT_OK(repository.delete_tag("v1"));
  for (int i = 0; i < 9; ++i) EXPECT_OK(repository.create_branch("b" + std::to_string(i), root));
  EXPECT_EQ(repository.refs()->deleted_tags.at("v1"), root);
}

struct NamedOperation {
  std::string name;
  std::function<Status(Repository&, const TwoCommits&)> run;
  /// Whether its effect shows.
  std::function<bool(const RepoInfo&, const TwoCommits&)> is_done;
};

const std::vector<NamedOperation>& operations() {
  static const std::vector<NamedOperation> all = {
      {"delete_branch", [](Repository& r, const TwoCommits&) { return r.delete_branch("dev"); },
       [](const RepoInfo& info, const TwoCommits&) { return info.find_branch("dev") == nullptr; }},
      {"reset_branch",
       [](Repository& r, const TwoCommits& made) { return r.reset_branch("main", made.first, made.second); },
       [](const RepoInfo& info, const TwoCommits& made) {
         return info.snapshots[info.find_branch("main")->snapshot].id == made.first;
       }},
      {"create_branch", [](Repository& r, const TwoCommits& made) { return r.create_branch("new", made.first); },
       [](const RepoInfo& info, const TwoCommits&) { return info.find_branch("new") != nullptr; }},
      {"create_tag", [](Repository& r, const TwoCommits& made) { return r.create_tag("new", made.first); },
       [](const RepoInfo& info, const TwoCommits&) { return info.find_tag("new") != nullptr; }},
      {"delete_tag", [](Repository& r, const TwoCommits&) { return r.delete_tag("v1"); },
       [](const RepoInfo& info, const TwoCommits&) { return info.find_tag("v1") == nullptr; }},
      {"set_metadata", [](Repository& r, const TwoCommits&) { return r.set_metadata({{"owner", "x"}}); },
       [](const RepoInfo& info, const TwoCommits&) { return !info.metadata.empty(); }},
      {"set_status", [](Repository& r, const TwoCommits&) { return r.set_status(Availability::read_only); },
       [](const RepoInfo& info, const TwoCommits&) { return info.status.availability == Availability::read_only; }},
      {"set_feature_flag",
       [](Repository& r, const TwoCommits&) { return r.set_feature_flag(FeatureFlag::move_node, false); },
       [](const RepoInfo& info, const TwoCommits&) { return !is_enabled(info, FeatureFlag::move_node); }},
  };
  return all;
}

/// The operation, with a fault at the store's `number`-th operation from its beginning. False: no fault was met.
bool run_with_fault(const NamedOperation& operation, std::uint64_t number, Fault fault, std::uint32_t log_length) {
  const auto store = std::make_shared<FaultStore>(make_memory_store());
  ManualClock clock(1'700'000'000'000'000);
  TwoCommits made(store, clock);
  RepositoryConfig config;
  config.set_updates_per_repo_object(log_length);
  EXPECT_OK(made.repository.save_config(config));
  EXPECT_OK(made.repository.create_branch("dev", made.first));
  EXPECT_OK(made.repository.create_tag("v1", made.first));
  const std::size_t former_log = log_of(made.repository).size();

  const std::uint64_t begin = store->operations();
  store->plan(begin + number, fault);
  const Status answer = operation.run(made.repository, made);
  if (store->operations() <= begin + number) return false;

  const RepoInfo info = decode_repo_info(store->get(repo_key)->bytes).value();
  const bool done = operation.is_done(info, made);
  EXPECT_EQ(answer.has_value(), done) << (answer ? "" : answer.error().text());
  EXPECT_EQ(log_of(made.repository).size(), former_log + done);
  return true;
}

TEST(RepositoryRefs, AFaultNeverMakesAnOperationHappenTwiceOrSeemRefused) {
  int cases = 0;
  for (const NamedOperation& operation : operations()) {
    for (const Fault fault : {Fault::refused, Fault::lost_answer, Fault::lost_race}) {
      for (const std::uint32_t log_length : {1u, 1000u}) {
        std::uint64_t number = 0;
        while (run_with_fault(operation, number, fault, log_length)) {
          ASSERT_FALSE(HasFailure()) << operation.name << ", operation " << number << ", fault "
                                     << static_cast<int>(fault) << ", log of " << log_length;
          ++number;
        }
        cases += static_cast<int>(number);
      }
    }
  }
  std::printf("%d faults\n", cases);
  EXPECT_GT(cases, 8 * 3 * 2);
}

/// Whoever sleeps lets somebody else work.
class BusyClock final : public Clock {
 public:
  TimestampUs now_us() override { return now_us_ += 10; }
  void sleep_us(std::int64_t duration_us) override {
    now_us_ += duration_us;
    if (auto work = std::exchange(while_asleep, nullptr)) work();
  }

  std::function<void()> while_asleep;

 private:
  TimestampUs now_us_ = 1'700'000'000'000'000;
};

TEST(RepositoryRefs, ALandedUpdateIsFoundThoughOthersPushedItOutOfTheLog) {
  for (const std::uint32_t log_length : {1u, 2u, 3u, 5u}) {
    const ObjectStorePtr memory = make_memory_store();
    const auto store = std::make_shared<FaultStore>(memory);
    BusyClock clock;
    TwoCommits made(store, clock);
    RepositoryConfig config;
    config.set_updates_per_repo_object(log_length);
    EXPECT_OK(made.repository.save_config(config));
    EXPECT_OK(made.repository.create_branch("dev", made.first));
    const auto others_work = [&] {
      Repository other = Repository::open(memory).value();
      // In the end the branch is back: only the log can tell that it was deleted.
      for (int i = 0; i < 7; ++i) EXPECT_OK(other.set_metadata({{"round", i}}));
      EXPECT_OK(other.create_branch("dev", made.second));
    };
    store->plan(store->operations() + 1, Fault::lost_answer);  // the copy, then the put
    clock.while_asleep = others_work;
    EXPECT_OK(made.repository.delete_branch("dev"));
    EXPECT_EQ(made.tip("dev"), made.second) << "log of " << log_length;
    EXPECT_EQ(log_of(made.repository).size(), 3u + 3u + 8u);
    EXPECT_EQ(clock.while_asleep, nullptr);
  }
}

}  // namespace
}  // namespace vdp::icechunk
