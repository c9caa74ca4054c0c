#include "pipeline/forward.h"

#include <fmt/format.h>

#include <set>

#include "queue/granule_message.h"

namespace vdp {
namespace {

class Drain {
 public:
  Drain(Processor& processor, icechunk::Repository& repository, Queue& queue, const ForwardOptions& options)
      : processor_(processor), repository_(repository), queue_(queue), options_(options), counts_(options.counts) {}

  Result<ForwardReport> run() {
    while (true) {
      VDP_ASSIGN(const auto messages, queue_.receive(options_.batch, options_.visibility_timeout_us));
      if (messages.empty()) return std::move(report_);
      VDP_TRY(run_batch(messages));
    }
  }

 private:
  Status run_batch(const std::vector<Message>& messages) {
    std::vector<Granule> granules;
    std::vector<const Message*> senders;
    for (const Message& message : messages) {
      auto granule = decode_granule(message.body);
      if (!granule) {
        VDP_TRY(queue_.bury(message.receipt, granule.error().text()));
        Granule unreadable;
        unreadable.uri = "message " + message.id;
        count(Outcome::rejected(std::move(unreadable), granule.error().text()));
        continue;
      }
      granules.push_back(std::move(*granule));
      senders.push_back(&message);
    }
    if (granules.empty()) return {};
    VDP_ASSIGN(const auto outcomes, process(granules));
    return settle(senders, outcomes);
  }

  /// Processes and commits, again and again while other writers are first.
  Result<std::vector<Outcome>> process(const std::vector<Granule>& granules) {
    for (int attempt = 1;; ++attempt) {
      if (!session_) {
        VDP_ASSIGN(session_, processor_.initialize_session(repository_));
      }
      VDP_ASSIGN(auto outcomes, processor_.process_files(*session_, granules));
      VDP_ASSIGN(const auto commit, processor_.commit_processed_files(*session_, outcomes));
      if (const auto* unknown = std::get_if<icechunk::CommitUnknown>(&commit)) {
        return fail(ErrorKind::outcome_unknown, fmt::format("snapshot {} may or may not have been committed: {}",
                                                            unknown->snapshot.text(), unknown->reason));
      }
      if (const auto* lost = std::get_if<icechunk::CommitConflict>(&commit)) {
        session_.reset();
        ++report_.retries;
        ++counts_.retries;
        if (attempt < options_.max_attempts) continue;
        return conflict(
            fmt::format("other writers were first {} times; the branch is at {}", attempt, lost->found_tip.text()));
      }
      if (std::holds_alternative<icechunk::Committed>(commit)) {
        ++report_.commits;
        ++counts_.commits;
      }
      return outcomes;
    }
  }

  /// After the commit, not before: a message leaves the queue once its granule is in the store.
  Status settle(const std::vector<const Message*>& senders, const std::vector<Outcome>& outcomes) {
    std::vector<std::string> done;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const Outcome& outcome = outcomes[i];
      count(outcome);
      if (outcome.kind == Outcome::Kind::rejected) {
        VDP_TRY(queue_.bury(senders[i]->receipt, outcome.reason));
      } else if (outcome.kind != Outcome::Kind::deferred) {
        done.push_back(senders[i]->receipt);
      }
    }
    VDP_ASSIGN(const auto removed, queue_.remove(done));
    if (options_.progress != nullptr) options_.progress->on_progress(counts_);
    // A message that was delivered again meanwhile is not lost: the granule will be `unchanged`.
    return {};
  }

  void count(const Outcome& outcome) {
    report_.outcomes.add(outcome.kind);
    report_.refs += outcome.refs;
    for (const std::string& note : outcome.notes) {
      if (noted_.insert(note).second) report_.notes.push_back(note);
    }
    ++counts_.files_done;
    counts_.refs += outcome.refs;
    if (outcome.changes_store()) counts_.source_bytes += outcome.granule.size;
    if (outcome.kind == Outcome::Kind::rejected) ++counts_.files_rejected;
    if (outcome.kind == Outcome::Kind::rejected || outcome.kind == Outcome::Kind::deferred) {
      report_.not_written.push_back(outcome);
    }
  }

  Processor& processor_;
  icechunk::Repository& repository_;
  Queue& queue_;
  const ForwardOptions& options_;
  ProgressCounts counts_;
  ForwardReport report_;
  std::set<std::string> noted_;
  std::optional<icechunk::Session> session_;
};

}  // namespace

Result<ForwardReport> drain(Processor& processor, icechunk::Repository& repository, Queue& queue,
                            const ForwardOptions& options) {
  return Drain(processor, repository, queue, options).run();
}

}  // namespace vdp
