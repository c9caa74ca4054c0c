// Repository::create.
#include <fmt/format.h>

#include "icechunk/format/transaction_log.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/object_stage.h"
#include "icechunk/repo/repository.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

constexpr int max_attempts = 5;
constexpr std::int64_t pause_us = 50'000;

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

/// Whether the `repo` that is there is `object`, or came of it: the operations log names the copy that was made of it.
bool comes_of(ObjectStore& store, const Bytes& present, const Bytes& object) {
  if (present == object) return true;
  const auto info = decode_repo_info(present);
  if (!info || info->latest_updates.empty() || !info->latest_updates.back().backup) return false;
  const auto former = store.get(backup_key(*info->latest_updates.back().backup));
  return former && former->bytes == object;
}

/// Only where there is no `repo` yet. After a lost answer, the object that is there tells whose it is.
Status put_first_repo(const RepositoryState& repository, const Bytes& object) {
  ObjectStore& store = repository.store();
  bool may_have_landed = false;
  for (int attempt = 1;; ++attempt) {
    const auto put = store.put(repo_key, object, PutCondition::create_only());
    if (put) return {};
    const ErrorKind kind = put.error().kind;
    const bool unclear = kind == ErrorKind::transient || kind == ErrorKind::outcome_unknown;
    may_have_landed |= unclear;
    const bool is_final = (!unclear && kind != ErrorKind::conflict) || attempt == max_attempts;
    if (is_final && !may_have_landed && kind != ErrorKind::conflict) {
      return std::unexpected(within(store.url(), put.error()));
    }
    const auto present = store.get(repo_key);
    if (present && comes_of(store, present->bytes, object)) return {};
    if (present) return conflict(fmt::format("{}: somebody else has made a repository here just now", store.url()));
    if (is_final && may_have_landed) {
      return fail(ErrorKind::outcome_unknown,
                  fmt::format("{}{}: it was sent, and whether it took effect could not be found out: {}", store.url(),
                              repo_key, put.error().text()));
    }
    if (is_final) return std::unexpected(within(store.url(), put.error()));
    repository.clock().sleep_us(pause_us * attempt);
  }
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
