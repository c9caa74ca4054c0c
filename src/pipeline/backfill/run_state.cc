#include "pipeline/backfill/run_state.h"

#include <fmt/format.h>

#include "pipeline/backfill/document.h"

namespace vdp::backfill {
namespace {

Json metadata_of(const Plan& plan, Json fields) {
  Json all = {{"run", plan.run}, {"plan", plan.id}};
  all.update(fields);
  return {{"vdp", {{"backfill", std::move(all)}}}};
}

/// Null where the commit is none of a backfill.
const Json* fields_of(const icechunk::SnapshotSummary& commit) {
  const auto vdp = commit.metadata.find("vdp");
  if (vdp == commit.metadata.end() || !vdp->is_object()) return nullptr;
  const auto fields = vdp->find("backfill");
  return fields != vdp->end() && fields->is_object() ? &*fields : nullptr;
}

Status add_partition(const Document& fields, const icechunk::SnapshotId& snapshot, RunState& state) {
  PartitionCommit commit{snapshot, {}, 0};
  VDP_ASSIGN(const std::uint64_t partition, fields.count("partition"));
  VDP_ASSIGN(commit.outcomes.written, fields.count("written"));
  VDP_ASSIGN(commit.outcomes.replaced, fields.count("replaced"));
  VDP_ASSIGN(commit.outcomes.unchanged, fields.count("unchanged"));
  VDP_ASSIGN(commit.outcomes.rejected, fields.count("rejected"));
  VDP_ASSIGN(commit.refs, fields.count("refs"));
  state.partitions.emplace(partition, commit);
  return {};
}

/// The commits come newest first; the one of `initialize` is the last that counts.
Status add_commit(const icechunk::SnapshotSummary& commit, const std::string& run, RunState& state) {
  const Json* json = fields_of(commit);
  if (json == nullptr) return {};
  VDP_ASSIGN(const auto fields, Document::of(*json));
  VDP_ASSIGN(const std::string name, fields.text("run"));
  if (name != run) return {};
  if (json->contains("partition")) return add_partition(fields, commit.id, state);
  if (json->contains("caught_up")) {
    if (state.caught_up != icechunk::SnapshotId{}) return {};
    VDP_ASSIGN(state.caught_up, fields.snapshot("caught_up"));
    return {};
  }
  VDP_ASSIGN(state.branch_point, fields.snapshot("branch_point"));
  VDP_ASSIGN(state.plan, fields.text("plan"));
  if (state.caught_up == icechunk::SnapshotId{}) state.caught_up = state.branch_point;
  state.initial = commit.id;
  state.initialized = true;
  return {};
}

}  // namespace

std::uint64_t RunState::rejected() const {
  std::uint64_t sum = 0;
  for (const auto& [index, commit] : partitions) sum += commit.outcomes.rejected;
  return sum;
}

Result<std::optional<RunState>> read_run_state(const icechunk::Repository& repository, const std::string& run) {
  RunState state;
  state.branch = branch_of_run(run);
  VDP_ASSIGN(const auto refs, repository.refs());
  const auto tip = refs.branches.find(state.branch);
  if (tip == refs.branches.end()) return std::nullopt;
  state.tip = tip->second;
  VDP_ASSIGN(const auto history, repository.history(state.tip));
  for (const auto& commit : history) {
    if (auto added = add_commit(commit, run, state); !added) {
      return std::unexpected(within("snapshot " + commit.id.text(), std::move(added).error()));
    }
    if (state.initialized) break;
  }
  return std::optional(std::move(state));
}

Result<RunState> read_run_state(const icechunk::Repository& repository, const Plan& plan) {
  VDP_ASSIGN(auto state, read_run_state(repository, plan.run));
  if (!state || !state->initialized) {
    return not_found(fmt::format("run {} has no branch {} that was initialized", plan.run, branch_of_run(plan.run)));
  }
  if (state->plan != plan.id) {
    return conflict(fmt::format("branch {} was made for plan {}, not for {}", state->branch, state->plan, plan.id));
  }
  return std::move(*state);
}

Result<std::optional<RunBegun>> find_oldest_run(const icechunk::Repository& repository) {
  std::optional<RunBegun> oldest;
  VDP_ASSIGN(const auto refs, repository.refs());
  const std::string prefix = branch_of_run("");
  for (auto at = refs.branches.lower_bound(prefix); at != refs.branches.end() && at->first.starts_with(prefix); ++at) {
    VDP_ASSIGN(const auto run, read_run_state(repository, at->first.substr(prefix.size())));
    if (!run || !run->initialized) continue;
    VDP_ASSIGN(const auto history, repository.history(run->branch_point, 1));
    const TimestampUs began_us = history.front().flushed_at_us;
    if (!oldest || began_us < oldest->began_us) oldest = RunBegun{at->first, began_us};
  }
  return oldest;
}

Result<bool> is_promoted(const icechunk::Repository& repository, const std::string& branch, const Plan& plan) {
  VDP_ASSIGN(const auto history, repository.history(icechunk::Branch{branch}));
  for (const auto& commit : history) {
    const Json* fields = fields_of(commit);
    if (fields != nullptr && fields->contains("partition") && fields->value("plan", Json()) == plan.id) return true;
  }
  return false;
}

Json initial_metadata(const Plan& plan, const icechunk::SnapshotId& branch_point) {
  return metadata_of(plan, {{"branch_point", branch_point.text()}, {"partitions", plan.partitions.size()}});
}

Json partition_metadata(const Plan& plan, std::uint64_t partition, const OutcomeCounts& outcomes, std::uint64_t refs) {
  return metadata_of(plan, {{"partition", partition},
                            {"written", outcomes.written},
                            {"replaced", outcomes.replaced},
                            {"unchanged", outcomes.unchanged},
                            {"rejected", outcomes.rejected},
                            {"refs", refs}});
}

Json caught_up_metadata(const Plan& plan, const icechunk::SnapshotId& main_tip) {
  return metadata_of(plan, {{"caught_up", main_tip.text()}});
}

}  // namespace vdp::backfill
