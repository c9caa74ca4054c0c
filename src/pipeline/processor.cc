#include "vdp/processor.h"

#include <fmt/format.h>

#include "pipeline/upkeep.h"
#include "store/url.h"

namespace vdp {
namespace {

Failure not_offered(const Processor& processor, const char* operation) {
  return unsupported(fmt::format("processor {} does not offer {}", processor.name(), operation));
}

}  // namespace

Result<std::vector<Outcome>> Processor::process_files(icechunk::Session& session, std::span<const Granule> granules,
                                                      const Deadline& read_until) {
  std::vector<Outcome> outcomes;
  for (const Granule& granule : granules) {
    if (read_until.has_passed()) {
      outcomes.push_back(Outcome::not_read(granule));
      continue;
    }
    VDP_ASSIGN_IN(granule.uri, auto outcome, process_file(session, granule));
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

Result<std::optional<icechunk::Repository>> Processor::find_store() { return std::nullopt; }

Status Processor::check_file(const Granule&) { return {}; }

Result<std::vector<Granule>> Processor::select_missing(icechunk::Session&, std::span<const Granule> granules) {
  return std::vector<Granule>(granules.begin(), granules.end());
}

Result<Granule> Processor::granule_at(const std::string& uri) const {
  if (!has_scheme(uri)) return invalid(fmt::format("{}: found no absolute URI", uri));
  const std::string_view rest = std::string_view(uri).substr(uri.find("://") + 3);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) {
    return invalid(fmt::format("{}: found no key after its bucket or host", uri));
  }
  Granule granule;
  granule.uri = uri;
  VDP_ASSIGN(granule.key, decode_path(rest.substr(slash + 1)));
  return granule;
}

Result<std::optional<Outcome>> Processor::retract_file(icechunk::Session&, const Granule& granule) {
  return Outcome::rejected(granule, not_offered(*this, "retract_file").error().text());
}

Result<icechunk::Repository> Processor::initialize_backfill_store(std::span<const Granule>) {
  return not_offered(*this, "initialize_backfill_store");
}
Result<icechunk::Repository> Processor::open_backfill_repo() { return not_offered(*this, "open_backfill_repo"); }
Result<Outcome> Processor::process_backfill_file(icechunk::Session&, const Granule&) {
  return not_offered(*this, "process_backfill_file");
}
Result<UpkeepReport> Processor::garbage_collect(const UpkeepOptions&) { return not_offered(*this, "garbage_collect"); }

}  // namespace vdp
