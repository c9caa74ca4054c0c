// Progress on standard error: one line redrawn on a terminal, a plain line now and then elsewhere.
#pragma once

#include <string>

#include "base/clock.h"
#include "pipeline/progress.h"

namespace vdp::cli {

/// "0:07", "1:02:03".
std::string format_duration(std::int64_t duration_s);
/// "512 B", "1.5 MB": decimal units.
std::string format_bytes(std::uint64_t bytes);
/// The text of one progress line, without the bar: counts, rate and the time left.
std::string describe_progress(const ProgressCounts& counts, std::int64_t elapsed_us);

class ProgressBar final : public ProgressListener {
 public:
  /// `quiet`: nothing is written.
  ProgressBar(Clock& clock, bool is_terminal, bool quiet);
  ~ProgressBar() override;
  void on_progress(const ProgressCounts& counts) override;

 private:
  void draw(const ProgressCounts& counts);

  Clock& clock_;
  bool is_terminal_;
  bool quiet_;
  TimestampUs started_us_;
  TimestampUs drawn_us_ = 0;
  bool line_open_ = false;
};

}  // namespace vdp::cli
