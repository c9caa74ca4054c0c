// Judge: sees every effect on the store of a simulation, is told what the actors were told, and finds what does not
// fit.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "icechunk/repo/repository.h"
#include "icechunk/trials/bank.h"
#include "icechunk/trials/repository_check.h"
#include "icechunk/trials/simulated_store.h"

namespace vdp::icechunk {

/// A transfer has a name, "2/5" for the fifth of writer 2; each attempt to commit it has a message, "2/5#3".
///
/// After every effect: all that the refs lead to is there; no commit has left main that nobody expired or amended; no
/// transfer is on main twice; the sum of all accounts is what it was in each snapshot; no needed object was deleted.
class Judge final : public StoreWatcher {
 public:
  Judge(ObjectStorePtr objects, const Bank& bank);

  void written(std::string_view key) override;
  void removed(std::string_view key) override;

  /// What an actor was told of an attempt: that it landed, or that it did not and never will.
  void acknowledged(const std::string& message, const SnapshotId& snapshot);
  void denied(const std::string& message, const std::string& why);
  /// Snapshots that are older may leave main from now on.
  void expiring(TimestampUs older_than_us);
  bool is_on_main(const SnapshotId& snapshot) const { return main_.contains(snapshot); }
  void read(const Result<Bank::Balances>& balances);
  void tag_acknowledged(const std::string& name, const SnapshotId& snapshot);
  /// It was asked to go, or may expire: whether it is there says nothing any more.
  void tag_given_up(const std::string& name) { tags_.erase(name); }
  void find(std::string violation) { violations_.push_back(std::move(violation)); }

  /// Once all delayed writes have happened: what was acknowledged is there once, what was denied is nowhere.
  void finish();

  bool has_violations() const { return !violations_.empty(); }
  const std::vector<std::string>& violations() const { return violations_; }
  std::size_t commits() const { return messages_.size(); }
  std::uint64_t removals() const { return removals_; }

 private:
  void check_main();
  void check_tags();
  void see(const SnapshotInfo& snapshot);
  void check_bank(const SnapshotId& snapshot);

  ObjectStorePtr objects_;
  const Bank& bank_;
  RepositoryCheck check_;
  std::optional<Repository> repository_;
  std::map<SnapshotId, TimestampUs> main_;  ///< its history, and when each was flushed
  std::map<SnapshotId, std::string> seen_;  ///< all that were ever on main, and their messages
  std::map<std::string, int> messages_;     ///< how often each was seen on main
  std::map<std::string, int> transfers_;    ///< the same by the transfer's name
  std::map<std::string, SnapshotId> acknowledged_;
  std::map<std::string, std::string> denied_;  ///< and why
  std::map<std::string, SnapshotId> tags_;
  TimestampUs expired_us_ = 0;
  std::uint64_t removals_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace vdp::icechunk
