// Repository::create.
#include <fmt/format.h>

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/first_repo_object.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/object_stage.h"
#include "icechunk/repo/repository.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

Snapshot first_snapshot(TimestampUs now_us) {
  Snapshot snapshot;
  snapshot.id = first_snapshot_id;
  snapshot.flushed_at_us = now_us;
  snapshot.message = "Repository initialized";
  snapshot.metadata = encode_metadata({{"__icechunk", {{"is_root", true}}}});
  return snapshot;
}

RepoInfo first_repo_info(const Snapshot& snapshot, const RepositoryConfig& config) {
  RepoInfo info;
  info.snapshots = {{snapshot.id, -1, snapshot.flushed_at_us, snapshot.message, snapshot.metadata, {}}};
  info.branches = {{"main", 0}};
  info.status.set_at_us = snapshot.flushed_at_us;
  info.latest_updates = {{RepoInitialized{}, snapshot.flushed_at_us, std::nullopt}};
  if (!config.is_default()) info.config = encode_flexbuffer(config.document());
  return info;
}

/// Nothing may be there but what an earlier attempt wrote before it was cut off, without `repo`: it is written anew.
/// The first object of somebody else's ends the look: a bucket may hold a million.
Status check_place(ObjectStore& store) {
  return store.list_pages("", "", [&](const std::vector<ObjectInfo>& page) -> Status {
    for (const ObjectInfo& object : page) {
      const bool is_ours =
          object.key == snapshot_key(first_snapshot_id) || object.key == transaction_log_key(first_snapshot_id);
      if (is_ours) continue;
      return conflict(
          fmt::format("{}: expected an empty place for a new repository, found {}", store.url(), object.key));
    }
    return {};
  });
}

}  // namespace

Result<Repository> Repository::create(ObjectStorePtr store, const RepositoryConfig& config,
                                      const RepositoryOptions& options) {
  VDP_TRY(check_place(*store));
  auto state = std::make_shared<RepositoryState>(std::move(store), 2, options);
  const Snapshot snapshot = first_snapshot(state->clock().now_us());
  VDP_ASSIGN(const Bytes repo, encode_repo_info(first_repo_info(snapshot, config)));
  TransactionLog log;
  log.id = snapshot.id;
  ObjectStage objects(*state);
  VDP_TRY(objects.add(snapshot_key(snapshot.id), encode_snapshot(snapshot)));
  VDP_ASSIGN(Bytes empty_log, encode_transaction_log(log));
  VDP_TRY(objects.add(transaction_log_key(snapshot.id), std::move(empty_log)));
  VDP_TRY(objects.put_all());
  VDP_TRY(put_first_repo(*state, repo));
  return Repository(std::move(state));
}

}  // namespace vdp::icechunk
