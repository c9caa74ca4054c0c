#include "pipeline/resort.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "store/contention.h"

namespace vdp {
namespace {

constexpr std::size_t everything = SIZE_MAX;

class Resort {
 public:
  Resort(DatasetProcessor& processor, icechunk::Repository& repository, const ResortOptions& options,
         ResortReport& report)
      : processor_(processor), repository_(repository), options_(options), report_(report) {}

  Status run() {
    for (bool goes_on = true; goes_on && !stopped();) {
      VDP_ASSIGN(const std::vector<Outcome> outcomes, fold_once());
      goes_on = std::ranges::any_of(outcomes, [](const Outcome& one) { return one.kind != Outcome::Kind::deferred; });
      if (outcomes.size() < processor_.file().forward.max_fold) goes_on = false;
      count(outcomes);
    }
    return {};
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  /// One commit, against whoever else writes.
  Result<std::vector<Outcome>> fold_once() {
    Contention contention(system_random());
    while (true) {
      const TimestampUs started_us = system_clock().now_us();
      VDP_ASSIGN(auto session, processor_.initialize_session(repository_));
      VDP_ASSIGN(auto outcomes, processor_.fold_ledger(session, processor_.file().forward.max_fold));
      VDP_ASSIGN(const auto commit, processor_.commit_processed_files(session, outcomes));
      if (std::holds_alternative<icechunk::Committed>(commit)) ++report_.commits;
      if (const auto* unknown = std::get_if<icechunk::CommitUnknown>(&commit)) {
        return fail(ErrorKind::outcome_unknown, fmt::format("snapshot {} may or may not have been committed: {}",
                                                            unknown->snapshot.text(), unknown->reason));
      }
      const auto* lost = std::get_if<icechunk::CommitConflict>(&commit);
      if (lost == nullptr) return outcomes;
      ++report_.retries;
      if (contention.losses() + 1 >= options_.max_attempts) {
        return conflict(fmt::format("other writers were first {} times; the branch is at {}", options_.max_attempts,
                                    lost->found_tip.text()));
      }
      system_clock().sleep_us(contention.pause_after_loss_us(system_clock().now_us() - started_us));
    }
  }

  void count(const std::vector<Outcome>& outcomes) {
    for (const Outcome& outcome : outcomes) {
      report_.outcomes.add(outcome.kind);
      if (!outcome.changes_store() && outcome.kind != Outcome::Kind::unchanged) report_.not_written.push_back(outcome);
    }
  }

  DatasetProcessor& processor_;
  icechunk::Repository& repository_;
  const ResortOptions& options_;
  ResortReport& report_;
};

}  // namespace

Result<ResortReport> resort(DatasetProcessor& processor, const ResortOptions& options) {
  const auto& file = processor.file();
  VDP_ASSIGN(auto repository, processor.open_repository());
  VDP_ASSIGN(const auto session, repository.readonly_session(icechunk::Branch{file.store.branch}));
  VDP_ASSIGN_IN(processor.target()->url(), const auto ledger, LateLedger::load(session, file.identity.group));
  ResortReport report;
  report.waiting = ledger.oldest(everything);
  if (!options.dry_run && !report.waiting.empty()) {
    VDP_TRY(Resort(processor, repository, options, report).run());
  }
  return report;
}

Json to_json(const ResortReport& report) {
  Json waiting = Json::array();
  for (const LateGranule& late : report.waiting) {
    waiting.push_back({{"uri", late.uri}, {"value", late.value}, {"since", format_timestamp(late.since_us)}});
  }
  Json rejections = Json::array();
  Json deferrals = Json::array();
  for (const Outcome& outcome : report.not_written) {
    auto& list = outcome.kind == Outcome::Kind::rejected ? rejections : deferrals;
    list.push_back({{"uri", outcome.granule.uri}, {"reason", outcome.reason}});
  }
  return {{"waiting", std::move(waiting)},       {"outcomes", to_json(report.outcomes)},
          {"rejections", std::move(rejections)}, {"deferrals", std::move(deferrals)},
          {"commits", report.commits},           {"retries", report.retries}};
}

}  // namespace vdp
