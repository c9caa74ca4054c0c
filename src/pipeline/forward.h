// The forward path: batches from a queue, one commit each.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/outcome.h"
#include "pipeline/progress.h"
#include "queue/queue.h"
#include "vdp/processor.h"

namespace vdp {

enum class ForwardMode {
  once,    ///< one batch, if there is one
  drain,   ///< until the queue is empty: what other consumers hold is waited for, as it may come back
  follow,  ///< until told to stop
};

struct ForwardOptions {
  ForwardMode mode = ForwardMode::drain;
  std::size_t batch = 100;     ///< granules a commit
  std::int64_t window_us = 0;  ///< how long to wait for a batch to fill
  /// How long a message stays hidden from others after this consumer was last heard of; work may take longer.
  std::int64_t visibility_timeout_us = 60'000'000;
  std::int64_t poll_us = 200'000;  ///< between two looks at an empty queue
  /// Commits that lost against another writer, per batch. Many: who is slower may lose for as long as the other has
  /// work.
  int max_attempts = 1000;
  Clock* clock = &system_clock();
  /// By the clock; it stops in time before it. None: it takes what it takes.
  std::optional<TimestampUs> deadline_us;
  std::int64_t commit_margin_us = 5'000'000;  ///< before the deadline: no commit, and no replay, is begun
  std::int64_t read_margin_us = 5'000'000;    ///< before that: no source is begun to be read
  const std::atomic<bool>* stop = nullptr;    ///< when it becomes true, the batch in hand is the last
  ProgressListener* progress = nullptr;
  std::function<void(const Outcome&)> on_outcome;  ///< told what is final for one file of one message
  ProgressCounts counts;                           ///< where progress begins
};

struct ForwardReport {
  OutcomeCounts outcomes;
  std::vector<Outcome> not_written;  ///< rejected and deferred ones
  std::vector<std::string> notes;    ///< each once
  std::uint64_t refs = 0;
  std::uint64_t commits = 0;
  std::uint64_t retries = 0;
};

/// Puts what came of further work on top of a report.
void add(ForwardReport& report, ForwardReport more);

/// Takes batches from the queue and commits each. A message may name several granules; a granule that several messages
/// of a batch name is tried once. Rejected granules make their messages dead letters, with the reasons. Deferred ones
/// are tried again: with the next batch where they wait for other granules, else when their messages come back; after
/// the last delivery they are dead letters, too. None blocks its batch-mates. A conflict is settled by replay: a
/// session on the new tip, and the batch again. An error means that the batch in hand was not committed (`cancelled`:
/// there was no time left for it), or that this is not known (`outcome_unknown`); its messages come back.
Result<ForwardReport> forward(Processor& processor, icechunk::Repository& repository, Queue& queue,
                              const ForwardOptions& options);

}  // namespace vdp
