#include "pipeline/verify/samples.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "base/task_pool.h"
#include "pipeline/authorized_reader.h"
#include "pipeline/verify/granule_comparison.h"

namespace vdp {
namespace {

/// Position of a record -> the chunks to compare, each by its variable and what draws its position.
using Plan = std::map<std::size_t, std::vector<ChunkDraw>>;

class Sampler {
 public:
  Sampler(const VerifyContext& context, const std::vector<bool>& usable, std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < context.records.size(); ++i) {
      if (usable[i]) candidates_.push_back(i);
    }
    for (const auto& [name, variable] : context.state.store.variables) variables_.push_back(name);
  }

  bool has_candidates() const { return !candidates_.empty(); }
  bool is_candidate(std::size_t record) const { return std::ranges::binary_search(candidates_, record); }

  void draw_ends() {
    for (const std::size_t record : {candidates_.front(), candidates_.back()}) {
      for (const std::string& variable : variables_) add(record, variable);
    }
  }
  void draw_anywhere() { add(candidates_[below(candidates_.size())], variables_[below(variables_.size())]); }
  void include(std::size_t record) { plan_[record]; }

  const Plan& plan() const { return plan_; }

 private:
  void add(std::size_t record, const std::string& variable) { plan_[record].push_back({variable, random_()}); }
  // Not a distribution of the standard library: those draw differently in each implementation.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  std::mt19937_64 random_;
  std::vector<std::size_t> candidates_;  ///< positions of records, ascending
  std::vector<std::string> variables_;
  Plan plan_;
};

Sampler draw(const VerifyContext& context, const std::vector<bool>& usable, const std::vector<std::size_t>& doubtful,
             const SampleOptions& options, SamplesReport& report) {
  Sampler sampler(context, usable, options.seed);
  if (!sampler.has_candidates()) return sampler;
  sampler.draw_ends();
  for (std::uint64_t i = 0; i < options.count; ++i) sampler.draw_anywhere();
  std::uint64_t included = 0;
  for (const std::size_t record : doubtful) {
    if (!sampler.is_candidate(record)) continue;
    if (included == options.count) {
      ++report.not_checked;
    } else {
      sampler.include(record);
      ++included;
    }
  }
  return sampler;
}

}  // namespace

Result<SamplesReport> verify_samples(VerifyContext& context, const icechunk::Repository& repository,
                                     const std::vector<bool>& usable, const std::vector<std::size_t>& doubtful,
                                     const SampleOptions& options) {
  SamplesReport report;
  if (options.count == 0) {
    report.not_checked = doubtful.size();
    return report;
  }
  const auto& file = context.processor.file();
  const Sampler sampler = draw(context, usable, doubtful, options, report);
  VDP_ASSIGN(const auto read_virtual, authorized_reader(context.config, {{file.source.prefix, file.source.access}}));
  const PrepareContext prepare{file, context.processor.axis(), context.processor.source(), *options.clock};

  const std::vector<Plan::value_type> tasks(sampler.plan().begin(), sampler.plan().end());
  std::vector<Result<GranuleComparison>> results(tasks.size());
  parallel_for(tasks.size(), options.threads, [&](std::size_t i) {
    // A session is for one thread.
    auto session = repository.readonly_session(context.session.base());
    if (!session) {
      results[i] = std::unexpected(session.error());
      return;
    }
    const StoreSide store{*session, read_virtual, context.state, file.identity.group};
    results[i] = compare_granule(prepare, store, context.records[tasks[i].first], tasks[i].second);
  });
  for (auto& result : results) {
    VDP_ASSIGN(auto comparison, std::move(result));
    ++report.granules;
    report.chunks += comparison.chunks;
    std::ranges::move(comparison.findings, std::back_inserter(context.findings));
  }
  return report;
}

}  // namespace vdp
