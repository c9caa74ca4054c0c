#include "apps/cli/forward_report.h"

#include <fmt/format.h>

#include "base/json.h"

namespace vdp::cli {

std::string count(std::uint64_t number, const std::string& noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

Json to_json(const ForwardReport& report) {
  Json rejections = Json::array();
  Json deferrals = Json::array();
  for (const Outcome& outcome : report.not_written) {
    auto& list = outcome.kind == Outcome::Kind::rejected ? rejections : deferrals;
    list.push_back({{"uri", outcome.granule.uri}, {"reason", outcome.reason}});
  }
  return {{"outcomes", vdp::to_json(report.outcomes)},
          {"rejections", std::move(rejections)},
          {"deferrals", std::move(deferrals)},
          {"refs", report.refs},
          {"commits", report.commits},
          {"retries", report.retries},
          {"notes", report.notes}};
}

Json to_json(const QueueDepth& depth) {
  const Json age_s = depth.oldest_age_us ? Json(static_cast<double>(*depth.oldest_age_us) / 1e6) : Json();
  return {{"waiting", depth.waiting}, {"in_flight", depth.in_flight}, {"dead", depth.dead}, {"oldest_age_s", age_s}};
}

void print_counts(const ForwardReport& report) {
  const OutcomeCounts& counts = report.outcomes;
  // Most datasets never lose a file.
  std::string rare = counts.retracted == 0 ? "" : fmt::format("{} retracted, ", counts.retracted);
  if (counts.set_aside != 0) rare += fmt::format("{} set aside, ", counts.set_aside);
  fmt::print("{}: {} written, {} replaced, {}{} unchanged, {} deferred, {} rejected\n", count(counts.total(), "file"),
             counts.written, counts.replaced, rare, counts.unchanged, counts.deferred, counts.rejected);
  fmt::print("{} in {}\n", count(report.refs, "virtual reference"), count(report.commits, "commit"));
}

void print_not_written(const ForwardReport& report) {
  for (const std::string& note : report.notes) fmt::print("note: {}\n", note);
  for (const Outcome& outcome : report.not_written) {
    fmt::print("{} {}: {}\n", to_string(outcome.kind), outcome.granule.uri, outcome.reason);
  }
}

}  // namespace vdp::cli
