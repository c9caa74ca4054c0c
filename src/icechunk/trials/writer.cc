#include "icechunk/trials/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::icechunk {

void Writer::transfer(std::uint64_t which) {
  for (int attempt = 1; !world_.judge.has_violations(); ++attempt) {
    if (try_once(fmt::format("{}/{}#{}", number_, which, attempt)) == Attempt::landed) return;
  }
}

Writer::Attempt Writer::try_once(const std::string& message) {
  auto session = changed_session("main");
  if (!session) return after_failure();
  world_.pause(options_.longest_thought_us);
  const auto outcome = commit(*session, message);
  if (process_.was_killed()) return look(message);
  return settle(message, outcome);
}

Result<Session> Writer::changed_session(const std::string& branch) {
  VDP_ASSIGN(Session session, process_.repository().writable_session(branch));
  VDP_TRY(change(session));
  return session;
}

Status Writer::change(Session& session) {
  const std::uint64_t from = world_.draw(Bank::account_count);
  const std::uint64_t to = (from + 1 + world_.draw(Bank::account_count - 1)) % Bank::account_count;
  return world_.bank.transfer(session, number_, from, to, static_cast<std::int64_t>(1 + world_.draw(100)));
}

Writer::Attempt Writer::settle(const std::string& message, const Result<CommitOutcome>& outcome) {
  const bool answer_was_lost = process_.take_lost_update();
  if (!outcome) {
    world_.judge.denied(message, outcome.error().text());
    return after_failure();
  }
  if (const auto* committed = std::get_if<Committed>(&*outcome)) {
    if (world_.bug == Bug::lost_answer_is_conflict && answer_was_lost) {
      world_.judge.denied(message, "a conflict");
      return Attempt::failed;
    }
    world_.judge.acknowledged(message, committed->snapshot);
    return Attempt::landed;
  }
  if (std::holds_alternative<CommitConflict>(*outcome)) {
    ++world_.conflicts;
    world_.judge.denied(message, "a conflict");
    world_.pause(second_us);
    return Attempt::failed;
  }
  ++world_.unknown;
  if (world_.bug == Bug::blind_retry) return Attempt::failed;
  return look(message);
}

Writer::Attempt Writer::after_failure() {
  if (process_.was_killed()) process_.recover();
  world_.pause(second_us);
  return Attempt::failed;
}

Writer::Attempt Writer::look(const std::string& message) {
  process_.recover();
  while (!world_.judge.has_violations()) {
    const auto history = process_.repository().history(Branch{"main"});
    if (history) {
      const auto found = std::ranges::find(*history, message, &SnapshotSummary::message);
      return found == history->end() ? Attempt::failed : Attempt::landed;
    }
    process_.recover();
  }
  return Attempt::failed;
}

}  // namespace vdp::icechunk
