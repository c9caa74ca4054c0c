// Progress of a collection on standard error: one line redrawn on a terminal, a plain line now and then elsewhere.
#pragma once

#include "base/clock.h"
#include "icechunk/upkeep/collect.h"

namespace vdp::cli {

class UpkeepProgress {
 public:
  /// `quiet`: nothing is written.
  UpkeepProgress(Clock& clock, bool is_terminal, bool quiet);
  ~UpkeepProgress();
  UpkeepProgress(const UpkeepProgress&) = delete;
  UpkeepProgress& operator=(const UpkeepProgress&) = delete;

  void show(const icechunk::CollectProgress& progress);

 private:
  Clock& clock_;
  const bool is_terminal_;
  const bool quiet_;
  TimestampUs shown_us_;  ///< a run that is over before the first line is due shows none
  bool line_open_ = false;
};

}  // namespace vdp::cli
