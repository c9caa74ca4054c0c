#include "pipeline/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vdp {
namespace {

/// No granule could give the store its template: each has a reason of its own.
RunReport explain_all(Processor& processor, RunReport report) {
  for (const Granule& granule : report.discovered.granules) {
    const auto checked = processor.check_file(granule);
    const Outcome outcome = checked ? Outcome::deferred(granule, "it can be read now, and could not before")
                                    : outcome_of(granule, checked.error());
    report.forward.outcomes.add(outcome.kind);
    report.forward.not_written.push_back(outcome);
  }
  report.enqueued = report.discovered.granules.size();
  return report;
}

Result<std::vector<Granule>> missing_in(Processor& processor, icechunk::Repository& repository,
                                        std::span<const Granule> granules) {
  VDP_ASSIGN(auto session, processor.initialize_session(repository));
  return processor.select_missing(session, granules);
}

/// What an earlier run, or somebody else, put into the queue goes first: its order is that of the axis.
Status write_queued(Processor& processor, icechunk::Repository& repository, Queue& queue, const RunOptions& options,
                    RunReport& report) {
  VDP_ASSIGN(const auto depth, queue.depth());
  if (depth.waiting + depth.in_flight == 0) return {};
  ForwardOptions first = options.forward;
  first.counts.files_total = depth.waiting + depth.in_flight;
  VDP_ASSIGN(report.forward, forward(processor, repository, queue, first));
  return {};
}

Status write_missing(Processor& processor, icechunk::Repository& repository, Queue& queue, const RunOptions& options,
                     RunReport& report) {
  const auto& granules = report.discovered.granules;
  if (!options.dry_run) VDP_TRY(write_queued(processor, repository, queue, options, report));
  const OutcomeCounts& before = report.forward.outcomes;
  const std::uint64_t written_before = before.total() - before.rejected - before.retracted;
  VDP_ASSIGN(const auto missing, missing_in(processor, repository, granules));
  report.enqueued = missing.size();
  if (!options.dry_run && !missing.empty()) {
    VDP_TRY(send_again(queue, missing));
    ForwardOptions rest = options.forward;
    rest.counts.files_total = missing.size();
    VDP_ASSIGN(auto more, forward(processor, repository, queue, rest));
    add(report.forward, std::move(more));
  }
  const std::uint64_t not_sent = granules.size() - missing.size();
  report.forward.outcomes.unchanged += not_sent - std::min(not_sent, written_before);
  return {};
}

/// What a store may be made from is looked for among so many.
constexpr std::size_t max_candidates = 100;

Result<icechunk::Repository> make_store(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor) {
  VDP_ASSIGN(const auto discovered, discover_some(file.source, source, system_clock(), max_candidates));
  auto made = processor.initialize_store(discovered.granules);
  const bool is_told_why = made || made.error().kind != ErrorKind::not_found || !discovered.granules.empty();
  if (is_told_why || discovered.findings.empty()) return made;
  return not_found(fmt::format("{}; {}", made.error().text(), fmt::join(discovered.findings, "; ")));
}

}  // namespace

Result<RunReport> run_pipeline(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor,
                               Queue& queue, const RunOptions& options) {
  RunReport report;
  VDP_ASSIGN(report.discovered, discover_granules(file.source, source, *options.forward.clock));
  VDP_ASSIGN(auto store, processor.find_store());
  const auto& granules = report.discovered.granules;
  if (!store && granules.empty()) return report;
  if (!store && options.dry_run) {
    report.enqueued = granules.size();
    return report;
  }
  if (!store) {
    auto made = processor.initialize_store(granules);
    if (!made && made.error().kind == ErrorKind::not_found) return explain_all(processor, std::move(report));
    VDP_ASSIGN(store, std::move(made));
    report.created = true;
  }
  VDP_TRY(write_missing(processor, *store, queue, options, report));
  return report;
}

Result<InitializeReport> initialize(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor,
                                    bool dry_run) {
  VDP_ASSIGN(auto store, processor.find_store());
  InitializeReport report{.created = !store, .snapshot = std::nullopt};
  if (!store && dry_run) return report;
  if (!store) {
    VDP_ASSIGN(store, make_store(file, source, processor));
  }
  // A processor of one's own may keep its data on a branch of another name.
  if (const auto tip = store->resolve(icechunk::Branch{file.store.branch})) report.snapshot = *tip;
  return report;
}

Result<std::vector<Granule>> find_missing(Processor& processor, std::span<const Granule> granules) {
  VDP_ASSIGN(auto store, processor.find_store());
  if (!store) return std::vector<Granule>(granules.begin(), granules.end());
  return missing_in(processor, *store, granules);
}

}  // namespace vdp
