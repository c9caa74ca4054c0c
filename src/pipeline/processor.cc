#include "vdp/processor.h"

#include <fmt/format.h>

#include "pipeline/upkeep.h"

namespace vdp {
namespace {

Failure not_offered(const Processor& processor, const char* operation) {
  return unsupported(fmt::format("processor {} does not offer {}", processor.name(), operation));
}

}  // namespace

Result<std::vector<Outcome>> Processor::process_files(icechunk::Session& session, std::span<const Granule> granules) {
  std::vector<Outcome> outcomes;
  for (const Granule& granule : granules) {
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

Result<icechunk::Repository> Processor::initialize_backfill_store(std::span<const Granule>) {
  return not_offered(*this, "initialize_backfill_store");
}
Result<icechunk::Repository> Processor::open_backfill_repo() { return not_offered(*this, "open_backfill_repo"); }
Result<Outcome> Processor::process_backfill_file(icechunk::Session&, const Granule&) {
  return not_offered(*this, "process_backfill_file");
}
Result<UpkeepReport> Processor::garbage_collect(const UpkeepOptions&) { return not_offered(*this, "garbage_collect"); }

}  // namespace vdp
