#include "pipeline/run.h"

#include <fmt/format.h>

#include "queue/granule_message.h"
#include "queue/memory_queue.h"

namespace vdp {
namespace {

struct Work {
  std::vector<Granule> granules;  ///< old enough to be looked at
  RunReport report;
};

Result<Work> discover(const dataset::SourceSpec& source, ObjectStore& objects, const RunOptions& options) {
  VDP_ASSIGN_IN(source.prefix, const auto discovery, list_granules(objects, source));
  Work work;
  work.report.discovered = discovery.granules.size();
  work.report.not_matching = discovery.not_matching;
  for (const UnusedKey& key : discovery.inconsistent) {
    work.report.findings.push_back(fmt::format("{}: {}", key.key, key.reason));
  }
  for (const UnusedKey& key : discovery.duplicates) {
    work.report.findings.push_back(fmt::format("{}: {}", key.key, key.reason));
  }
  const auto min_age_us = std::chrono::duration_cast<std::chrono::microseconds>(source.min_age).count();
  const TimestampUs now_us = options.clock->now_us();
  for (const FoundGranule& found : discovery.granules) {
    if (now_us - found.granule.last_modified_us < min_age_us) {
      ++work.report.too_young;
    } else {
      work.granules.push_back(found.granule);
    }
  }
  if (discovery.granules.empty()) {
    const std::string example = discovery.not_matching_examples.empty() ? "" : discovery.not_matching_examples.front();
    work.report.findings.push_back(
        fmt::format("no file under {} matches the pattern \"{}\"{}", source.prefix, source.pattern.text(),
                    example.empty() ? std::string() : fmt::format(" (there is, for example, {})", example)));
  }
  return work;
}

Status enqueue(Queue& queue, const std::vector<Granule>& granules) {
  std::vector<std::string> bodies;
  for (const Granule& granule : granules) bodies.push_back(encode_granule(granule));
  VDP_TRY(queue.send(bodies));
  return {};
}

/// No granule could give the store its template: each has a reason of its own.
RunReport explain_all(Processor& processor, Work work) {
  for (const Granule& granule : work.granules) {
    const auto checked = processor.check_file(granule);
    const Outcome outcome = checked ? Outcome::deferred(granule, "it can be read now, and could not before")
                                    : outcome_of(granule, checked.error());
    work.report.forward.outcomes.add(outcome.kind);
    work.report.forward.not_written.push_back(outcome);
  }
  work.report.enqueued = work.granules.size();
  return std::move(work.report);
}

/// Sends what the store lacks through a queue of this process.
Status write_missing(const dataset::DatasetFile& file, Processor& processor, icechunk::Repository& repository,
                     const std::vector<Granule>& granules, const RunOptions& options, RunReport& report) {
  VDP_ASSIGN(auto session, processor.initialize_session(repository));
  VDP_ASSIGN(const auto missing, processor.select_missing(session, granules));
  report.enqueued = missing.size();
  const std::uint64_t unchanged = granules.size() - missing.size();
  if (!options.dry_run && !missing.empty()) {
    const auto queue = make_memory_queue({.clock = options.clock});
    VDP_TRY(enqueue(*queue, missing));
    ForwardOptions forward;
    forward.batch = file.forward.batch;
    forward.progress = options.progress;
    forward.counts.files_total = missing.size();
    VDP_ASSIGN(report.forward, drain(processor, repository, *queue, forward));
  }
  report.forward.outcomes.unchanged += unchanged;
  return {};
}

}  // namespace

Result<RunReport> run_pipeline(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor,
                               const RunOptions& options) {
  VDP_ASSIGN(auto work, discover(file.source, source, options));
  RunReport& report = work.report;
  VDP_ASSIGN(auto store, processor.find_store());
  if (work.granules.empty()) return std::move(report);
  if (!store && options.dry_run) {
    report.enqueued = work.granules.size();
    return std::move(report);
  }
  if (!store) {
    auto made = processor.initialize_store(work.granules);
    if (!made && made.error().kind == ErrorKind::not_found) return explain_all(processor, std::move(work));
    VDP_ASSIGN(store, std::move(made));
    report.created = true;
  }
  VDP_TRY(write_missing(file, processor, *store, work.granules, options, report));
  return std::move(report);
}

Result<bool> initialize(const dataset::DatasetFile& file, ObjectStore& source, Processor& processor, bool dry_run) {
  VDP_ASSIGN(const auto store, processor.find_store());
  if (store || dry_run) return !store;
  VDP_ASSIGN(const auto work, discover(file.source, source, {}));
  VDP_TRY(processor.initialize_store(work.granules));
  return true;
}

}  // namespace vdp
