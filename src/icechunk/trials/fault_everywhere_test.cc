// Every operation of a repository with every fault at every operation of its store, one after the other, until a run
// meets none.
//
// What must hold, whatever happens: what was acknowledged before is there; what the operation did shows whole or not at
// all, and once; it never tells of a conflict where nobody competed; where it says that it failed, nothing of it
// landed or lands later; nothing is deleted by an operation that deletes nothing; and doing it again completes it.
#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <random>

#include "icechunk/trials/repository_check.h"
#include "icechunk/trials/tried_operation.h"

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t never = 1'000'000;

struct FaultKind {
  Fault fault;
  std::uint64_t delay = never;  ///< of Fault::delayed: operations until the write happens
};

std::vector<FaultKind> fault_kinds() {
  std::vector<FaultKind> kinds;
  for (const Fault fault : all_faults) kinds.push_back({fault});
  for (const std::uint64_t delay : {1, 2, 4}) kinds.push_back({Fault::delayed, delay});
  return kinds;
}

struct PlannedFault {
  std::uint64_t operation = 0;
  FaultKind kind{Fault::refused};
};

/// One run of one row of the table.
class Trial {
 public:
  explicit Trial(const TriedOperation& row) : row_(row) {
    row_.prepare(scene_);
    if (scene_.has(std::string(repo_key))) prepared_at_us_ = scene_.info().latest_updates.front().updated_at_us;
    keys_ = all_keys();
    faults_ = std::make_shared<FaultStore>(scene_.memory, scene_.clock);
  }

  void watch(FaultStore::Chooser watcher) { faults_->choose_with(std::move(watcher)); }
  void plan(const PlannedFault& fault) {
    faults_->plan(fault.operation, fault.kind.fault);
    faults_->set_delay(fault.kind.delay);
  }

  void run() {
    answer_ = row_.perform(scene_, faults_);
    faults_->land_delayed();
    judge();
    if (is_quiet() && !done_again()) find("it cannot be done again");
    judge_state();
    if (row_.entry && !row_.deletes && entries() != 1) find(fmt::format("{} times in the end", entries()));
  }

  const FaultStore& store() const { return *faults_; }
  const Status& answer() const { return answer_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void judge() {
    judge_state();
    if (!answer_ && answer_.error().kind == ErrorKind::conflict) find("a false conflict: " + answer_.error().text());
    if (!row_.entry) return;
    const std::size_t landed = entries();
    if (landed > 1 && !row_.deletes) find(fmt::format("it landed {} times", landed));
    if (answer_ && landed == 0) find("it was acknowledged and is not there");
    const bool is_denial = !answer_ && answer_.error().kind != ErrorKind::outcome_unknown;
    if (is_denial && landed > 0 && !row_.deletes) find("it was denied and is there: " + answer_.error().text());
    if (row_.shows(scene_) != (landed > 0)) find(fmt::format("it landed {} times and shows otherwise", landed));
  }

  /// What holds at every time.
  void judge_state() {
    if (scene_.has(std::string(repo_key))) {
      for (const std::string& finding : RepositoryCheck(*scene_.memory).findings()) find(finding);
    }
    for (const auto& [chunk, value] : scene_.kept_chunks) {
      if (scene_.value(Branch{"main"}, chunk) != value) find(fmt::format("chunk {} is lost", chunk));
    }
    if (!scene_.kept_snapshots.empty()) judge_history();
    if (row_.deletes) return;
    for (const std::string& key : keys_) {
      if (!scene_.has(key)) find(key + " was deleted");
    }
  }

  void judge_history() {
    const auto history = Repository::open(scene_.memory)->history(Branch{"main"});
    if (!history) return find("no history: " + history.error().text());
    for (const SnapshotId& id : scene_.kept_snapshots) {
      const auto count = std::ranges::count(*history, id, &SnapshotSummary::id);
      if (count != 1) find(fmt::format("an acknowledged commit is {} times in the history", count));
    }
  }

  /// Whether somebody who looks finds that there is something left to do.
  bool is_quiet() { return row_.deletes || !row_.entry || entries() == 0; }
  bool done_again() {
    const Status again = row_.perform(scene_, scene_.memory);
    if (!again) find(again.error().text());
    return again.has_value();
  }

  /// Entries that the operation made in the log.
  std::size_t entries() {
    if (!scene_.has(std::string(repo_key))) return 0;
    const auto log = Repository::open(scene_.memory)->operations();
    if (!log) return never;
    const auto count = std::ranges::count_if(*log, [&](const Operation& operation) {
      return operation.updated_at_us > prepared_at_us_ && operation.update.index() == row_.entry;
    });
    return static_cast<std::size_t>(count) - scene_.rival_entries;
  }

  std::set<std::string> all_keys() const {
    std::set<std::string> keys;
    const auto listed = scene_.memory->list("");
    for (const ObjectInfo& object : *listed) keys.insert(object.key);
    return keys;
  }
  void find(std::string problem) { problems_.push_back(std::move(problem)); }

  const TriedOperation& row_;
  Scene scene_;
  TimestampUs prepared_at_us_ = 0;
  std::set<std::string> keys_;  ///< before it began
  std::shared_ptr<FaultStore> faults_;
  Status answer_;
  std::vector<std::string> problems_;
};

struct Tally {
  std::uint64_t cases = 0;
  std::uint64_t failed = 0;
  std::uint64_t unknown = 0;

  void add(const Trial& trial) {
    ++cases;
    if (trial.answer()) return;
    ++failed;
    if (trial.answer().error().kind == ErrorKind::outcome_unknown) ++unknown;
  }
};

void report(const Trial& trial, const std::string& name) {
  for (const std::string& problem : trial.problems()) ADD_FAILURE() << name << ": " << problem;
}

std::string describe(const TriedOperation& row, const std::vector<PlannedFault>& planned) {
  std::string name = row.name;
  for (const PlannedFault& fault : planned) {
    name += fmt::format(", {} at {}", to_string(fault.kind.fault), fault.operation);
    if (fault.kind.delay != never) name += fmt::format(" by {}", fault.kind.delay);
  }
  return name;
}

/// The operations of the store in an undisturbed run, which must have its effect.
std::vector<StoreOperation> undisturbed(const TriedOperation& row) {
  std::vector<StoreOperation> operations;
  Trial trial(row);
  trial.watch([&](const StoreOperation& operation) {
    operations.push_back(operation);
    return std::nullopt;
  });
  trial.run();
  EXPECT_OK(trial.answer());
  report(trial, row.name);
  return operations;
}

/// One fault at each operation of the store in turn, until a run ends before its fault.
void try_everywhere(const TriedOperation& row, const FaultKind& kind, Tally& tally) {
  const std::vector<StoreOperation> known = undisturbed(row);
  for (std::uint64_t operation = 0; !::testing::Test::HasFailure(); ++operation) {
    if (operation < known.size() && !applies(kind.fault, known[operation])) continue;
    const std::vector<PlannedFault> planned{{operation, kind}};
    Trial trial(row);
    for (const PlannedFault& fault : planned) trial.plan(fault);
    trial.run();
    report(trial, describe(row, planned));
    if (trial.store().faults() == 0) {
      EXPECT_GE(operation, known.size());
      return;
    }
    tally.add(trial);
  }
}

class FaultEverywhere : public ::testing::TestWithParam<TriedOperation> {};

TEST_P(FaultEverywhere, LosesAndDoublesNothing) {
  const TriedOperation& row = GetParam();
  Tally tally;
  for (const FaultKind& kind : fault_kinds()) try_everywhere(row, kind, tally);
  fmt::print("{}: {} cases, {} failed, {} of them unknown\n", row.name, tally.cases, tally.failed, tally.unknown);
  RecordProperty("cases", static_cast<int>(tally.cases));
  EXPECT_GE(tally.cases, row.least_cases);
}

INSTANTIATE_TEST_SUITE_P(Rows, FaultEverywhere, ::testing::ValuesIn(tried_operations()), [](const auto& test) {
  std::string name;
  for (const char letter : test.param.name) name += std::isalnum(letter) != 0 ? letter : '_';
  return name;
});

/// The fault of a kind that can befall the operation.
PlannedFault draw_fault(std::uint64_t at, const StoreOperation* operation, std::mt19937_64& chance) {
  const std::vector<FaultKind> kinds = fault_kinds();
  while (true) {
    const FaultKind kind = kinds[chance() % kinds.size()];
    if (operation == nullptr || applies(kind.fault, *operation)) return {at, kind};
  }
}

/// Two faults in one run. What the second one meets depends on the first: where it does not apply, the run is no case.
TEST(FaultPairs, LoseAndDoubleNothing) {
  constexpr std::uint64_t seed = 20261123;
  const std::uint64_t wanted = std::getenv("VDP_TEST_LONG") != nullptr ? 50'000 : 200;
  const std::vector<TriedOperation>& rows = tried_operations();
  std::vector<std::vector<StoreOperation>> known;
  for (const TriedOperation& row : rows) known.push_back(undisturbed(row));
  std::mt19937_64 chance(seed);
  Tally tally;
  for (std::uint64_t run = 0; tally.cases < wanted && run < 50 * wanted && !HasFailure(); ++run) {
    const std::size_t row = chance() % rows.size();
    const std::uint64_t first = chance() % known[row].size();
    const std::vector<PlannedFault> planned{draw_fault(first, &known[row][first], chance),
                                            draw_fault(first + 1 + chance() % 6, nullptr, chance)};
    Trial trial(rows[row]);
    for (const PlannedFault& fault : planned) trial.plan(fault);
    trial.run();
    report(trial, describe(rows[row], planned));
    if (trial.store().faults() == 2) tally.add(trial);
  }
  fmt::print("seed {}: {} pairs, {} failed, {} of them unknown\n", seed, tally.cases, tally.failed, tally.unknown);
  EXPECT_EQ(tally.cases, wanted);
}

/// Pairs that went wrong once.
TEST(FaultPairs, ThatWereFound) {
  struct Found {
    std::string row;
    std::vector<PlannedFault> planned;
  };
  // The look that tells whose `repo` is there was cut short, and somebody else was blamed.
  const std::vector<Found> all = {{"create", {{3, {Fault::raced_itself}}, {4, {Fault::truncated}}}}};
  for (const Found& found : all) {
    const auto row = std::ranges::find(tried_operations(), found.row, &TriedOperation::name);
    Trial trial(*row);
    for (const PlannedFault& fault : found.planned) trial.plan(fault);
    trial.run();
    report(trial, describe(*row, found.planned));
    EXPECT_EQ(trial.store().faults(), found.planned.size());
  }
}

}  // namespace
}  // namespace vdp::icechunk
