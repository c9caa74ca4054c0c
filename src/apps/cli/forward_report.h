// What verbs that write granules tell of them.
#pragma once

#include <string>

#include "base/json_fwd.h"
#include "pipeline/forward.h"

namespace vdp::cli {

/// A plural where there is one: "1 file", "3 files".
std::string count(std::uint64_t number, const std::string& noun);

/// {"outcomes": {...}, "rejections": [{"uri", "reason"}], "deferrals": [...], "refs", "commits", "retries", "notes"}.
Json to_json(const ForwardReport& report);

/// {"waiting", "in_flight", "dead", "oldest_age_s"}.
Json to_json(const QueueDepth& depth);

/// The counts, in two lines.
void print_counts(const ForwardReport& report);
/// Notes, and a line for each granule that was not written.
void print_not_written(const ForwardReport& report);

}  // namespace vdp::cli
