#include "icechunk/trials/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repository.h"

namespace vdp::icechunk {
namespace {

bool is_transfer(const std::string& message) { return message.find('#') != std::string::npos; }
std::string transfer_of(const std::string& message) { return message.substr(0, message.find('#')); }

}  // namespace

Judge::Judge(ObjectStorePtr objects, const Bank& bank) : objects_(std::move(objects)), bank_(bank), check_(*objects_) {}

void Judge::written(std::string_view key) {
  if (key != repo_key) return;
  for (const std::string& finding : check_.findings()) find(finding);
  if (has_violations()) return;
  check_main();
  check_tags();
}

void Judge::removed(std::string_view key) {
  ++removals_;
  if (check_.is_needed(std::string(key))) find(fmt::format("{} was deleted, and is needed", key));
}

void Judge::check_main() {
  const RepoInfo& info = check_.info();
  const NamedRef* main = info.find_branch("main");
  if (main == nullptr) return find("no branch main");
  std::map<SnapshotId, TimestampUs> history;
  for (auto at = static_cast<std::int32_t>(main->snapshot); at >= 0; at = info.snapshots[at].parent) {
    history[info.snapshots[at].id] = info.snapshots[at].flushed_at_us;
    see(info.snapshots[at]);
  }
  for (const auto& [id, flushed_at_us] : main_) {
    if (!history.contains(id) && flushed_at_us >= expired_us_) {
      find(fmt::format("commit {} ({}) was lost from main", id.text(), seen_[id]));
    }
  }
  main_ = std::move(history);
}

void Judge::see(const SnapshotInfo& snapshot) {
  if (!seen_.emplace(snapshot.id, snapshot.message).second) return;
  check_bank(snapshot.id);
  if (!is_transfer(snapshot.message)) return;
  if (++messages_[snapshot.message] > 1) find(fmt::format("{} was committed twice", snapshot.message));
  const std::string transfer = transfer_of(snapshot.message);
  if (++transfers_[transfer] > 1) find(fmt::format("transfer {} was made twice", transfer));
}

void Judge::check_bank(const SnapshotId& snapshot) {
  if (seen_.size() <= 2) return;  // the repository, and the opening of the bank
  if (!repository_) repository_ = Repository::open(objects_).value();
  const auto session = repository_->readonly_session(snapshot);
  const auto balances = session ? bank_.read(*session) : std::unexpected(session.error());
  if (!balances) return find(fmt::format("{}: {}", seen_[snapshot], balances.error().text()));
  read(balances);
}

void Judge::read(const Result<Bank::Balances>& balances) {
  if (!balances) return find("a reader found nothing: " + balances.error().text());
  if (balances->sum != Bank::total) find(fmt::format("the bank has {}, expected {}", balances->sum, Bank::total));
}

void Judge::check_tags() {
  for (const auto& [name, snapshot] : tags_) {
    const NamedRef* tag = check_.info().find_tag(name);
    if (tag == nullptr) {
      find("tag " + name + " was lost");
    } else if (check_.info().snapshots[tag->snapshot].id != snapshot) {
      find("tag " + name + " names another snapshot");
    }
  }
}

void Judge::acknowledged(const std::string& message, const SnapshotId& snapshot) {
  acknowledged_[message] = snapshot;
  const auto seen = seen_.find(snapshot);
  if (seen == seen_.end() || seen->second != message) find(message + " was acknowledged and is not on main");
}

void Judge::denied(const std::string& message, const std::string& why) {
  denied_[message] = why;
  if (messages_.contains(message)) find(fmt::format("{} is on main, its writer was told: {}", message, why));
}

void Judge::expiring(TimestampUs older_than_us) { expired_us_ = std::max(expired_us_, older_than_us); }

void Judge::tag_acknowledged(const std::string& name, const SnapshotId& snapshot) {
  tags_[name] = snapshot;
  check_tags();
}

void Judge::finish() {
  for (const auto& [message, why] : denied_) {
    if (messages_.contains(message)) find(fmt::format("{} landed late, its writer was told: {}", message, why));
  }
  // Each writer's cell on main's tip counts its transfers: one that was overwritten is missing here.
  const auto session = repository_ ? repository_->readonly_session(Branch{"main"}) : internal("nothing was committed");
  const auto balances = session ? bank_.read(*session) : std::unexpected(session.error());
  if (!balances) return find("at the end: " + balances.error().text());
  for (std::size_t writer = 0; writer < balances->transfers.size(); ++writer) {
    const std::string prefix = std::to_string(writer) + "/";
    const auto made =
        std::ranges::count_if(transfers_, [&](const auto& transfer) { return transfer.first.starts_with(prefix); });
    if (balances->transfers[writer] != made) {
      find(fmt::format("writer {} made {} transfers, {} are counted", writer, made, balances->transfers[writer]));
    }
  }
}

}  // namespace vdp::icechunk
