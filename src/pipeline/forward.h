// The forward path: batches from a queue, one commit each.
#pragma once

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

struct ForwardOptions {
  std::size_t batch = 100;                           ///< granules a commit
  std::int64_t visibility_timeout_us = 600'000'000;  ///< how long a batch may take
  int max_attempts = 20;                             ///< commits that lost against another writer, per batch
  ProgressListener* progress = nullptr;
  ProgressCounts counts;  ///< where progress begins
};

struct ForwardReport {
  OutcomeCounts outcomes;
  std::vector<Outcome> not_written;  ///< rejected and deferred ones
  std::vector<std::string> notes;    ///< each once
  std::uint64_t refs = 0;
  std::uint64_t commits = 0;
  std::uint64_t retries = 0;
};

/// Receives batches until none is waiting. Rejected granules go to the dead letters with their reasons, deferred ones
/// stay in the queue; both are reported, and neither blocks its batch-mates. A conflict is settled by replay: a session
/// on the new tip, and the batch again. An error means that the batch in hand was not committed, or that this is not
/// known (`outcome_unknown`); its messages come back.
Result<ForwardReport> drain(Processor& processor, icechunk::Repository& repository, Queue& queue,
                            const ForwardOptions& options);

}  // namespace vdp
