#include "pipeline/forward/tally.h"

namespace vdp {

void Tally::count(Outcome outcome) {
  if (on_outcome_) on_outcome_(outcome);
  report_.outcomes.add(outcome.kind);
  report_.refs += outcome.refs;
  for (const std::string& text : outcome.notes) note(text);
  ++counts_.files_done;
  counts_.refs += outcome.refs;
  if (outcome.changes_store()) counts_.source_bytes += outcome.granule.size;
  if (outcome.kind == Outcome::Kind::rejected) ++counts_.files_rejected;
  if (outcome.kind == Outcome::Kind::rejected || outcome.kind == Outcome::Kind::deferred) {
    report_.not_written.push_back(std::move(outcome));
  }
}

void Tally::note(const std::string& text) {
  if (noted_.insert(text).second) report_.notes.push_back(text);
}

void Tally::count_commit() {
  ++report_.commits;
  ++counts_.commits;
}

void Tally::count_retry() {
  ++report_.retries;
  ++counts_.retries;
}

void Tally::tell_progress() const {
  if (progress_ != nullptr) progress_->on_progress(counts_);
}

}  // namespace vdp
