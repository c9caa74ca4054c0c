#include "pipeline/backfill/fork_stage.h"

#include <fmt/format.h>

#include "pipeline/backfill/document.h"

namespace vdp::backfill {
namespace {

/// Of an object on S3, as an item reader takes it; null elsewhere.
Json bucket_and_key(const std::string& uri) {
  constexpr std::string_view scheme = "s3://";
  if (!uri.starts_with(scheme)) return nullptr;
  const std::size_t slash = uri.find('/', scheme.size());
  return {{"bucket", uri.substr(scheme.size(), slash - scheme.size())}, {"key", uri.substr(slash + 1)}};
}

Status write_artifacts(const Site& site, const icechunk::Session& session, const ForkedPartition& forked) {
  VDP_ASSIGN(const auto fork, session.fork());
  VDP_TRY(site.artifacts().write(fork_key(forked.work.work_prefix), fork.encode()));
  Json items = Json::array();
  for (Item item : forked.items) {
    item.values.clear();
    items.push_back(to_json(item));
  }
  return site.artifacts().write_json(items_key(forked.work.work_prefix), items);
}

}  // namespace

Result<ForkedPartition> fork_partition(const Site& site, const icechunk::Repository& repository, const Plan& plan,
                                       std::uint64_t partition) {
  VDP_ASSIGN(const auto run, read_run_state(repository, plan));
  VDP_ASSIGN(auto items, site.artifacts().read_items(plan, partition, site.rules().source.prefix));
  VDP_ASSIGN(const auto session, repository.writable_session(run.branch));
  ForkedPartition forked{
      {plan, partition, session.base(), work_prefix(plan, partition, session.base())}, std::move(items), std::nullopt};
  if (const auto done = run.partitions.find(partition); done != run.partitions.end()) {
    forked.done = done->second;
    forked.items.clear();
  }
  VDP_TRY(write_artifacts(site, session, forked));
  return forked;
}

Result<Json> fork_stage(const Site& site, const Json& input) {
  VDP_ASSIGN(const auto document, Document::of(input));
  VDP_ASSIGN(const std::string plan_uri, document.text("plan_uri"));
  VDP_ASSIGN(const std::uint64_t partition, document.count("partition"));
  VDP_ASSIGN(const Plan plan, site.artifacts().read_plan(plan_uri));
  VDP_ASSIGN(const auto repository, site.open_repository());
  VDP_ASSIGN(const auto forked, fork_partition(site, repository, plan, partition));
  Json answer = to_json(site, forked.work);
  const std::string items_uri = site.artifacts().uri(items_key(forked.work.work_prefix));
  answer.update({{"branch", branch_of_run(plan.run)},
                 {"items", bucket_and_key(items_uri)},
                 {"items_uri", items_uri},
                 {"files", forked.items.size()},
                 {"done", forked.done.has_value()}});
  return answer;
}

}  // namespace vdp::backfill
