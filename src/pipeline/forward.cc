#include "pipeline/forward.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "base/log.h"
#include "base/random.h"
#include "queue/granule_message.h"
#include "queue/lease.h"
#include "store/contention.h"

namespace vdp {
namespace {

/// Granules that wait for others and are kept in hand; more go back to the queue.
constexpr std::size_t max_waiting = 1000;

/// Commits in a row of which nobody knows whether they landed: then the store is not to be trusted with more.
constexpr int max_unknown_commits = 3;

struct Delivery {
  Message message;
  Granule granule;
};

class Consumer {
 public:
  Consumer(Processor& processor, icechunk::Repository& repository, Queue& queue, const ForwardOptions& options)
      : processor_(processor),
        repository_(repository),
        queue_(queue),
        options_(options),
        counts_(options.counts),
        lease_(queue, {}, options.visibility_timeout_us) {}

  Result<ForwardReport> run() {
    while (!stopped()) {
      VDP_ASSIGN(auto messages, receive_batch());
      if (!messages.empty()) {
        VDP_TRY(run_batch(std::move(messages)));
      } else if (options_.mode == ForwardMode::drain) {
        VDP_ASSIGN(const bool held_elsewhere, others_have_messages());
        if (!held_elsewhere) break;
        options_.clock->sleep_us(options_.poll_us);
      } else if (options_.mode == ForwardMode::follow) {
        options_.clock->sleep_us(options_.poll_us);
      }
      if (options_.mode == ForwardMode::once) break;
    }
    VDP_TRY(give_back());
    for (auto& [id, outcome] : deferred_) count(std::move(outcome));
    return std::move(report_);
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  /// Waits for more within the window, once there is a first message.
  Result<std::vector<Message>> receive_batch() {
    VDP_ASSIGN(auto messages, receive(options_.batch));
    if (messages.empty() || options_.window_us == 0) return messages;
    const TimestampUs end_us = options_.clock->now_us() + options_.window_us;
    while (messages.size() < options_.batch && !stopped()) {
      const std::int64_t left_us = end_us - options_.clock->now_us();
      if (left_us <= 0) break;
      options_.clock->sleep_us(std::min(options_.poll_us, left_us));
      VDP_ASSIGN(auto more, receive(options_.batch - messages.size()));
      std::ranges::move(more, std::back_inserter(messages));
    }
    return messages;
  }

  Result<std::vector<Message>> receive(std::size_t max_messages) {
    VDP_ASSIGN(auto messages, queue_.receive(max_messages, options_.visibility_timeout_us));
    std::vector<std::string> receipts;
    for (const Message& message : messages) receipts.push_back(message.receipt);
    lease_.add(receipts);
    return messages;
  }

  /// Messages in flight that are not ours: their consumer may die, and then they come back.
  Result<bool> others_have_messages() {
    VDP_ASSIGN(const auto depth, queue_.depth());
    return depth.waiting > 0 || depth.in_flight > deferred_.size();
  }

  Status run_batch(std::vector<Message> messages) {
    std::vector<Delivery> batch = std::exchange(waiting_, {});
    for (Message& message : messages) {
      auto granule = decode_granule(message.body);
      if (granule) {
        batch.push_back({std::move(message), std::move(*granule)});
      } else {
        Granule unreadable;
        unreadable.uri = "message " + message.id;
        VDP_TRY(bury(message, Outcome::rejected(std::move(unreadable), granule.error().text())));
      }
    }
    if (batch.empty()) return {};
    VDP_ASSIGN(auto outcomes, process(batch));
    return settle(std::move(batch), std::move(outcomes));
  }

  /// Processes and commits, again and again while other writers are first. A replay begins from the tip that is there
  /// then, and places by key: what an attempt of unknown outcome has written after all is `unchanged`.
  Result<std::vector<Outcome>> process(const std::vector<Delivery>& batch) {
    std::vector<Granule> granules;
    for (const Delivery& delivery : batch) granules.push_back(delivery.granule);
    int unknown_commits = 0;
    while (true) {
      const TimestampUs started_us = options_.clock->now_us();
      if (!session_) {
        VDP_ASSIGN(session_, processor_.initialize_session(repository_));
      }
      VDP_ASSIGN(auto outcomes, processor_.process_files(*session_, granules));
      VDP_ASSIGN(const auto commit, processor_.commit_processed_files(*session_, outcomes));
      const bool committed = std::holds_alternative<icechunk::Committed>(commit);
      if (committed) {
        ++report_.commits;
        ++counts_.commits;
      }
      const std::int64_t attempt_us = options_.clock->now_us() - started_us;
      if (committed) contention_.won(attempt_us);
      if (committed || std::holds_alternative<icechunk::NothingToCommit>(commit)) return outcomes;
      if (const auto* unknown = std::get_if<icechunk::CommitUnknown>(&commit)) {
        if (++unknown_commits == max_unknown_commits) {
          return fail(ErrorKind::outcome_unknown, fmt::format("snapshot {} may or may not have been committed: {}",
                                                              unknown->snapshot.text(), unknown->reason));
        }
      } else if (contention_.losses() + 1 == options_.max_attempts) {
        return conflict(fmt::format("other writers were first {} times; the branch is at {}", options_.max_attempts,
                                    std::get<icechunk::CommitConflict>(commit).found_tip.text()));
      }
      session_.reset();
      ++report_.retries;
      ++counts_.retries;
      options_.clock->sleep_us(contention_.pause_after_loss_us(attempt_us));
    }
  }

  /// After the commit, not before: a message leaves the queue once its granule is in the store.
  Status settle(std::vector<Delivery> batch, std::vector<Outcome> outcomes) {
    std::vector<std::string> done;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const Message& message = batch[i].message;
      Outcome& outcome = outcomes[i];
      deferred_.erase(message.id);
      if (outcome.kind == Outcome::Kind::deferred && message.receive_count >= queue_.max_receives()) {
        outcome.kind = Outcome::Kind::rejected;
        outcome.reason += fmt::format(" (given up after {} deliveries)", message.receive_count);
      }
      if (outcome.kind == Outcome::Kind::rejected) {
        VDP_TRY(bury(message, std::move(outcome)));
      } else if (outcome.kind == Outcome::Kind::deferred) {
        defer(std::move(batch[i]), std::move(outcome));
      } else {
        done.push_back(message.receipt);
        count(std::move(outcome));
      }
    }
    // A message that was delivered again meanwhile is not lost: its granule will be `unchanged`.
    VDP_TRY(queue_.remove(done));
    for (const std::string& receipt : done) lease_.remove(receipt);
    if (options_.progress != nullptr) options_.progress->on_progress(counts_);
    return {};
  }

  void defer(Delivery delivery, Outcome outcome) {
    const bool waits = outcome.waits && waiting_.size() < max_waiting;
    deferred_.emplace(delivery.message.id, std::move(outcome));
    if (waits) {
      waiting_.push_back(std::move(delivery));
    } else {
      lease_.remove(delivery.message.receipt);
    }
  }

  Status bury(const Message& message, Outcome outcome) {
    const auto buried = queue_.bury(message.receipt, outcome.reason);
    lease_.remove(message.receipt);
    // Delivered again to another consumer, which will find the same.
    if (!buried && buried.error().kind != ErrorKind::not_found) return buried;
    if (options_.mode == ForwardMode::follow) {
      log(LogLevel::warning, fmt::format("rejected {}: {}", outcome.granule.uri, outcome.reason));
    }
    count(std::move(outcome));
    return {};
  }

  /// What still waits for other granules is for the next consumer, at once.
  Status give_back() {
    std::vector<std::string> receipts;
    for (const Delivery& delivery : waiting_) {
      lease_.remove(delivery.message.receipt);
      receipts.push_back(delivery.message.receipt);
    }
    VDP_TRY(queue_.extend(receipts, 0));
    return {};
  }

  void count(Outcome outcome) {
    if (options_.on_outcome) options_.on_outcome(outcome);
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
      report_.not_written.push_back(std::move(outcome));
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
  Contention contention_{system_random()};
  std::vector<Delivery> waiting_;            ///< deferred, and offered again with the next batch
  std::map<std::string, Outcome> deferred_;  ///< the last outcome of each deferred message, by its id
  Lease lease_;                              ///< of all messages in hand
};

}  // namespace

void add(ForwardReport& report, ForwardReport more) {
  report.outcomes += more.outcomes;
  std::ranges::move(more.not_written, std::back_inserter(report.not_written));
  for (std::string& note : more.notes) {
    if (std::ranges::find(report.notes, note) == report.notes.end()) report.notes.push_back(std::move(note));
  }
  report.refs += more.refs;
  report.commits += more.commits;
  report.retries += more.retries;
}

Result<ForwardReport> forward(Processor& processor, icechunk::Repository& repository, Queue& queue,
                              const ForwardOptions& options) {
  return Consumer(processor, repository, queue, options).run();
}

}  // namespace vdp
