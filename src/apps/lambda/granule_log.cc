#include "apps/lambda/granule_log.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/log.h"

namespace vdp::lambda {
namespace {

/// Keys of S3 have 1,024 bytes at most, but what a message names may be anything; the log service cuts off long lines.
std::string shortened(const std::string& text) {
  constexpr std::size_t max_bytes = 4096;
  return text.size() <= max_bytes ? text : text.substr(0, max_bytes) + "...";
}

}  // namespace

void log_outcome(const Outcome& outcome) {
  const bool is_done = outcome.kind != Outcome::Kind::rejected && outcome.kind != Outcome::Kind::deferred;
  const std::string uri = shortened(outcome.granule.uri);
  Json fields = {{"granule", uri}, {"outcome", to_string(outcome.kind)}, {"refs", outcome.refs}};
  if (!outcome.reason.empty()) fields["reason"] = shortened(outcome.reason);
  if (!outcome.notes.empty()) fields["notes"] = outcome.notes;
  log(is_done ? LogLevel::info : LogLevel::warning, fmt::format("{} {}", to_string(outcome.kind), uri), fields);
}

}  // namespace vdp::lambda
