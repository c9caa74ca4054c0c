// BatchCommit: puts a batch into the store, in one commit.
#pragma once

#include <optional>
#include <vector>

#include "pipeline/forward/batch.h"
#include "pipeline/forward/tally.h"
#include "store/contention.h"

namespace vdp {

/// Until when the parts of a batch may be begun.
struct BatchDeadlines {
  Deadline read;
  Deadline commit;
};

/// Serves one batch after the other, and keeps the session from one to the next.
class BatchCommit {
 public:
  BatchCommit(Processor& processor, icechunk::Repository& repository, const ForwardOptions& options,
              BatchDeadlines deadlines, Tally& tally);

  /// One outcome for each file of the batch. Processes and commits, again and again while other writers are first. A
  /// replay begins from the tip that is there then, and places by key: what an attempt of unknown outcome has written
  /// after all is `unchanged`. `cancelled` where there is no time left for a commit: nothing of the batch is in the
  /// store then, as far as is known.
  Result<std::vector<Outcome>> run(const Batch& batch);

 private:
  Result<std::vector<Outcome>> place(const Batch& batch);
  Status check_time() const;
  /// Whether to try again after what is no success.
  Status check_failure(const icechunk::CommitOutcome& commit);

  Processor& processor_;
  icechunk::Repository& repository_;
  const ForwardOptions& options_;
  BatchDeadlines deadlines_;
  Tally& tally_;
  std::optional<icechunk::Session> session_;
  Contention contention_;
  int unknown_commits_ = 0;  ///< of the batch in hand
};

}  // namespace vdp
