#include "pipeline/forward/batch_commit.h"

#include <fmt/format.h>

#include "base/random.h"

namespace vdp {
namespace {

/// Commits in a row of which nobody knows whether they landed: then the store is not to be trusted with more.
constexpr int max_unknown_commits = 3;

}  // namespace

BatchCommit::BatchCommit(Processor& processor, icechunk::Repository& repository, const ForwardOptions& options,
                         BatchDeadlines deadlines, Tally& tally)
    : processor_(processor),
      repository_(repository),
      options_(options),
      deadlines_(deadlines),
      tally_(tally),
      contention_(system_random()) {}

Result<std::vector<Outcome>> BatchCommit::run(const Batch& batch) {
  unknown_commits_ = 0;
  // The session of the batch before does not show what others have written since: a file that is gone would seem to be
  // in no slot.
  if (batch.has_removals()) session_.reset();
  while (true) {
    VDP_TRY(check_time());
    const TimestampUs started_us = options_.clock->now_us();
    if (!session_) {
      VDP_ASSIGN(session_, processor_.initialize_session(repository_));
    }
    VDP_ASSIGN(auto outcomes, place(batch));
    if (session_->has_changes()) VDP_TRY(check_time());
    VDP_ASSIGN(const auto commit, processor_.commit_processed_files(*session_, outcomes));
    const std::int64_t attempt_us = options_.clock->now_us() - started_us;
    if (std::holds_alternative<icechunk::Committed>(commit)) {
      tally_.count_commit();
      contention_.won(attempt_us);
      return outcomes;
    }
    if (std::holds_alternative<icechunk::NothingToCommit>(commit)) return outcomes;
    VDP_TRY(check_failure(commit));
    session_.reset();
    tally_.count_retry();
    options_.clock->sleep_us(deadlines_.commit.left_us(contention_.pause_after_loss_us(attempt_us)));
  }
}

/// What is gone goes first: its slots may be those of a file that took its place under another name.
Result<std::vector<Outcome>> BatchCommit::place(const Batch& batch) {
  const auto& files = batch.files();
  std::vector<Outcome> outcomes(files.size());
  std::vector<Granule> present;
  std::vector<std::size_t> positions;  // of the present ones
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].removed) {
      if (deadlines_.read.has_passed()) {
        outcomes[i] = Outcome::not_read(files[i].granule);
        continue;
      }
      VDP_ASSIGN(auto retracted, processor_.retract_file(*session_, files[i].granule));
      if (retracted) {
        outcomes[i] = std::move(*retracted);
        continue;
      }
    }
    present.push_back(files[i].granule);
    positions.push_back(i);
  }
  VDP_ASSIGN(auto processed, processor_.process_files(*session_, present, deadlines_.read));
  for (std::size_t i = 0; i < positions.size(); ++i) outcomes[positions[i]] = std::move(processed.at(i));
  return outcomes;
}

Status BatchCommit::check_time() const {
  if (!deadlines_.commit.has_passed()) return {};
  return fail(ErrorKind::cancelled, "the batch was not committed: there was too little time left");
}

Status BatchCommit::check_failure(const icechunk::CommitOutcome& commit) {
  if (const auto* unknown = std::get_if<icechunk::CommitUnknown>(&commit)) {
    if (++unknown_commits_ < max_unknown_commits) return {};
    return fail(ErrorKind::outcome_unknown, fmt::format("snapshot {} may or may not have been committed: {}",
                                                        unknown->snapshot.text(), unknown->reason));
  }
  if (contention_.losses() + 1 < options_.max_attempts) return {};
  return conflict(fmt::format("other writers were first {} times; the branch is at {}", options_.max_attempts,
                              std::get<icechunk::CommitConflict>(commit).found_tip.text()));
}

}  // namespace vdp
