// Tally: what has become of all messages so far.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "pipeline/forward.h"

namespace vdp {

class Tally {
 public:
  explicit Tally(const ForwardOptions& options)
      : on_outcome_(options.on_outcome), progress_(options.progress), counts_(options.counts) {}

  /// What is final for one file of one message.
  void count(Outcome outcome);
  void note(const std::string& text);
  void count_commit();
  void count_retry();

  void tell_progress() const;
  ForwardReport take_report() { return std::move(report_); }

 private:
  std::function<void(const Outcome&)> on_outcome_;
  ProgressListener* progress_;
  ProgressCounts counts_;
  ForwardReport report_;
  std::set<std::string> noted_;
};

}  // namespace vdp
