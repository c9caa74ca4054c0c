#include "pipeline/forward.h"

#include <algorithm>
#include <iterator>

#include "pipeline/forward/batch.h"
#include "pipeline/forward/batch_commit.h"
#include "pipeline/forward/settlement.h"
#include "pipeline/forward/tally.h"

namespace vdp {
namespace {

BatchDeadlines deadlines_of(const ForwardOptions& options) {
  if (!options.deadline_us) return {};
  const TimestampUs commit_until_us = *options.deadline_us - options.commit_margin_us;
  return {Deadline(*options.clock, commit_until_us - options.read_margin_us),
          Deadline(*options.clock, commit_until_us)};
}

/// Takes batches from the queue, one after the other.
class Consumer {
 public:
  Consumer(Processor& processor, icechunk::Repository& repository, Queue& queue, const ForwardOptions& options)
      : processor_(processor),
        queue_(queue),
        options_(options),
        read_until_(deadlines_of(options).read),
        tally_(options),
        commit_(processor, repository, options, deadlines_of(options), tally_),
        settlement_(queue, options, tally_) {}

  Result<ForwardReport> run() {
    while (!stopped()) {
      VDP_ASSIGN(auto messages, receive_batch());
      if (!messages.empty()) {
        VDP_TRY(run_batch(std::move(messages)));
      } else if (options_.mode == ForwardMode::drain) {
        VDP_ASSIGN(const bool held_elsewhere, others_have_messages());
        if (!held_elsewhere) break;
        pause();
      } else if (options_.mode == ForwardMode::follow) {
        pause();
      }
      if (options_.mode == ForwardMode::once) break;
    }
    VDP_TRY(settlement_.give_back());
    return tally_.take_report();
  }

 private:
  bool stopped() const { return (options_.stop != nullptr && options_.stop->load()) || read_until_.has_passed(); }

  void pause() { options_.clock->sleep_us(read_until_.left_us(options_.poll_us)); }

  /// Waits for more within the window, once there is a first message.
  Result<std::vector<Message>> receive_batch() {
    VDP_ASSIGN(auto messages, settlement_.receive(options_.batch));
    if (messages.empty() || options_.window_us == 0) return messages;
    const TimestampUs end_us = options_.clock->now_us() + read_until_.left_us(options_.window_us);
    while (messages.size() < options_.batch && !stopped()) {
      const std::int64_t left_us = end_us - options_.clock->now_us();
      if (left_us <= 0) break;
      options_.clock->sleep_us(std::min(options_.poll_us, left_us));
      VDP_ASSIGN(auto more, settlement_.receive(options_.batch - messages.size()));
      std::ranges::move(more, std::back_inserter(messages));
    }
    return messages;
  }

  /// Messages in flight that are not ours: their consumer may die, and then they come back.
  Result<bool> others_have_messages() {
    VDP_ASSIGN(const auto depth, queue_.depth());
    return depth.waiting > 0 || depth.in_flight > settlement_.deferred();
  }

  Status run_batch(std::vector<Message> messages) {
    std::vector<Delivery> deliveries = settlement_.take_waiting();
    for (Message& message : messages) {
      auto delivery = read_delivery(processor_, message);
      if (delivery) {
        deliveries.push_back(std::move(*delivery));
      } else {
        VDP_TRY(settlement_.bury_unreadable(message, delivery.error()));
      }
    }
    const Batch batch(deliveries);
    std::vector<Outcome> outcomes;
    if (!batch.files().empty()) {
      VDP_ASSIGN(outcomes, commit_.run(batch));
    }
    return settlement_.settle(std::move(deliveries), batch, std::move(outcomes));
  }

  Processor& processor_;
  Queue& queue_;
  const ForwardOptions& options_;
  Deadline read_until_;
  Tally tally_;
  BatchCommit commit_;
  Settlement settlement_;
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
