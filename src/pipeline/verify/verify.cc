#include "pipeline/verify/verify.h"

#include "base/json.h"
#include "pipeline/verify/arrays.h"
#include "pipeline/verify/records.h"
#include "pipeline/verify/refs.h"
#include "pipeline/verify/samples.h"
#include "pipeline/verify/sources.h"

namespace vdp {

Result<VerifyReport> verify_store(DatasetProcessor& processor, const VerifyOptions& options) {
  const auto& file = processor.file();
  const std::string& url = processor.target()->url();
  VDP_ASSIGN(const auto repository, processor.open_repository());
  VDP_ASSIGN_IN(url, const auto config, repository.config());
  VDP_ASSIGN_IN(url, const auto session, repository.readonly_session(icechunk::Branch{file.store.branch}));
  VDP_ASSIGN_IN(url, const auto state, load_store_contract(file, processor.axis(), session));

  VerifyReport report;
  report.snapshot = session.base().text();
  report.seed = options.seed;
  report.slots = state.slots;
  VDP_ASSIGN_IN(url, const auto records, read_records(session, file.identity.group, report.findings));
  report.granules = records.size();

  VerifyContext context{processor, session, config, state, records, report.findings};
  VDP_TRY(verify_arrays(context));
  VDP_ASSIGN_IN(url, const auto refs, verify_refs(context));
  report.refs = refs.refs;
  VDP_ASSIGN(const auto sources, verify_sources(context, options.clock->now_us()));
  report.discovered = sources.discovered;

  const SampleOptions sampling{options.samples.value_or(file.verify.samples), options.seed, options.threads,
                               options.clock};
  // Opened again: nothing that was read before may answer for the store.
  VDP_ASSIGN(const auto reopened, processor.open_repository());
  VDP_ASSIGN_IN(url, const auto samples, verify_samples(context, reopened, sources.unchanged, refs.doubtful, sampling));
  report.sampled_granules = samples.granules;
  report.sampled_chunks = samples.chunks;
  report.not_checked = samples.not_checked;
  return report;
}

Json to_json(const VerifyReport& report) {
  Json counts = Json::object();
  Json findings = Json::array();
  for (const VerifyFinding& finding : report.findings) {
    const std::string kind(to_string(finding.kind));
    counts[kind] = counts.value(kind, 0) + 1;
    findings.push_back(to_json(finding));
  }
  return {
      {"snapshot", report.snapshot},
      {"seed", report.seed},
      {"slots", report.slots},
      {"granules", report.granules},
      {"refs", report.refs},
      {"discovered", report.discovered},
      {"samples",
       {{"granules", report.sampled_granules}, {"chunks", report.sampled_chunks}, {"not_checked", report.not_checked}}},
      {"counts", std::move(counts)},
      {"findings", std::move(findings)}};
}

}  // namespace vdp
