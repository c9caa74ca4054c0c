#include "pipeline/backfill/catch_up.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pipeline/backfill/foreign_changes.h"
#include "pipeline/dataset_processor.h"
#include "pipeline/enqueue.h"

namespace vdp::backfill {
namespace {

/// Of one commit.
constexpr std::size_t granules_a_commit = 1000;
constexpr std::size_t max_told = 20;

/// What a branch has of the dataset; nothing where the dataset is not there.
struct Holdings {
  Provenance records;
  LateLedger ledger;
};

Result<Holdings> read_holdings(const Site& site, const icechunk::Repository& repository,
                               const icechunk::SnapshotId& snapshot) {
  VDP_ASSIGN(const auto session, repository.readonly_session(snapshot));
  Holdings holdings;
  VDP_ASSIGN(holdings.records, Provenance::load(session, site.group()));
  VDP_ASSIGN(holdings.ledger, LateLedger::load(session, site.group()));
  return holdings;
}

struct Gained {
  std::vector<Granule> granules;   ///< new, or of another version
  std::vector<Granule> retracted;  ///< no longer there, or no longer in the ledger
};

Result<Gained> compare(const Site& site, const Holdings& before, const Holdings& after) {
  Gained gained;
  for (const auto& [begin, record] : after.records.records()) {
    const ProvenanceRecord* known = before.records.find_uri(record.uri);
    if (known != nullptr && known->version == record.version) continue;
    VDP_ASSIGN(gained.granules.emplace_back(), name_granule(site.file().source, record.uri));
  }
  for (const LateGranule& late : after.ledger.oldest(after.ledger.size())) {
    if (before.ledger.find(late.uri) != nullptr) continue;
    VDP_ASSIGN(gained.granules.emplace_back(), name_granule(site.file().source, late.uri));
  }
  for (const auto& [begin, record] : before.records.records()) {
    if (after.records.find_uri(record.uri) != nullptr) continue;
    VDP_ASSIGN(gained.retracted.emplace_back(), name_granule(site.file().source, record.uri));
  }
  for (const LateGranule& late : before.ledger.oldest(before.ledger.size())) {
    if (after.ledger.find(late.uri) != nullptr || after.records.find_uri(late.uri) != nullptr) continue;
    VDP_ASSIGN(gained.retracted.emplace_back(), name_granule(site.file().source, late.uri));
  }
  return gained;
}

/// On a growing axis what came meanwhile may lie anywhere among what the run has.
dataset::DatasetFile rules_of_catching_up(const Site& site, const std::string& branch) {
  dataset::DatasetFile file = site.rules_on(branch);
  if (site.axis().kind == dataset::AxisKind::grow) file.forward.late = dataset::LatePolicy::insert;
  return file;
}

class CatchUp {
 public:
  CatchUp(const Site& site, icechunk::Repository& repository, const Plan& plan, DatasetProcessor& processor,
          const icechunk::SnapshotId& main_tip)
      : site_(site), repository_(repository), plan_(plan), processor_(processor), main_tip_(main_tip) {}

  Result<std::uint64_t> run(const Gained& gained) {
    VDP_ASSIGN(auto session, processor_.initialize_session(repository_));
    for (const Granule& granule : gained.retracted) {
      VDP_ASSIGN(const auto outcome, processor_.retract_file(session, granule));
      if (outcome) count(*outcome);
    }
    std::span<const Granule> rest = gained.granules;
    do {
      const auto batch = rest.first(std::min(rest.size(), granules_a_commit));
      rest = rest.subspan(batch.size());
      VDP_TRY(place(session, batch));
      VDP_TRY(commit(session, rest.empty()));
    } while (!rest.empty());
    return placed_;
  }

 private:
  void count(const Outcome& outcome) {
    if (outcome.changes_store()) ++placed_;
  }

  Status place(icechunk::Session& session, std::span<const Granule> granules) {
    if (granules.empty()) return {};
    VDP_ASSIGN(const auto outcomes, processor_.process_files(session, granules, {}));
    std::vector<std::string> refused;
    for (const Outcome& outcome : outcomes) {
      count(outcome);
      if (outcome.kind == Outcome::Kind::deferred) {
        return fail(ErrorKind::transient, fmt::format("{}: {}", outcome.granule.uri, outcome.reason));
      }
      if (outcome.kind == Outcome::Kind::rejected && refused.size() < max_told) {
        refused.push_back(fmt::format("{}: {}", outcome.granule.uri, outcome.reason));
      }
    }
    if (refused.empty()) return {};
    return conflict(fmt::format("branch {} has granules that have no place beside those of the backfill:\n  {}",
                                site_.file().store.branch, fmt::join(refused, "\n  ")));
  }

  Status commit(icechunk::Session& session, bool is_last) {
    const std::string message =
        fmt::format("{}: backfill {} has what branch {} gained", plan_.dataset, plan_.run, site_.file().store.branch);
    icechunk::CommitOptions options;
    options.allow_empty = true;
    const Json metadata = is_last ? caught_up_metadata(plan_, main_tip_) : Json::object();
    VDP_ASSIGN(const auto outcome, session.commit(message, metadata, options));
    if (std::holds_alternative<icechunk::Committed>(outcome)) return {};
    return fail(ErrorKind::transient, fmt::format("branch {} has moved", branch_of_run(plan_.run)));
  }

  const Site& site_;
  icechunk::Repository& repository_;
  const Plan& plan_;
  DatasetProcessor& processor_;
  const icechunk::SnapshotId main_tip_;
  std::uint64_t placed_ = 0;
};

}  // namespace

Result<std::uint64_t> catch_up(const Site& site, icechunk::Repository& repository, const Plan& plan,
                               const RunState& run, const icechunk::SnapshotId& main_tip) {
  VDP_TRY(check_nothing_foreign(site, repository, {run.caught_up, main_tip, run.tip}));
  VDP_ASSIGN(const Holdings before, read_holdings(site, repository, run.caught_up));
  VDP_ASSIGN(const Holdings after, read_holdings(site, repository, main_tip));
  VDP_ASSIGN(const Gained gained, compare(site, before, after));
  VDP_ASSIGN(const auto processor,
             DatasetProcessor::create(rules_of_catching_up(site, run.branch), {&site.clock(), site.threads()}));
  return CatchUp(site, repository, plan, *processor, main_tip).run(gained);
}

}  // namespace vdp::backfill
