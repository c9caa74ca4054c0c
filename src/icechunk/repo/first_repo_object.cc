#include "icechunk/repo/first_repo_object.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

constexpr int max_attempts = 5;
constexpr std::int64_t pause_us = 50'000;

/// Whether the `repo` that is there is `object`, or came of it: the oldest entry with a backup names the copy that was
/// made of it. An error where that cannot be told: what was cut short on the way is not somebody else's.
Result<bool> comes_of(ObjectStore& store, const Bytes& present, const Bytes& object) {
  if (present == object) return true;
  VDP_ASSIGN(const RepoInfo info, decode_repo_info(present));
  const auto& entries = info.latest_updates;
  const auto oldest = std::find_if(entries.rbegin(), entries.rend(), [](const auto& entry) { return entry.backup; });
  if (oldest == entries.rend()) return false;
  VDP_ASSIGN(const ObjectData former, store.get(backup_key(*oldest->backup)));
  if (former.bytes == object) return true;
  VDP_TRY(decode_repo_info(former.bytes));
  return false;
}

}  // namespace

Status put_first_repo(const RepositoryState& repository, const Bytes& object) {
  ObjectStore& store = repository.store();
  bool may_have_landed = false;
  for (int attempt = 1;; ++attempt) {
    const auto put = store.put(repo_key, object, PutCondition::create_only());
    if (put) return {};
    const ErrorKind kind = put.error().kind;
    // A conflict may be one with ourselves, where something on the way has sent our put twice.
    const bool unclear =
        kind == ErrorKind::transient || kind == ErrorKind::outcome_unknown || kind == ErrorKind::conflict;
    may_have_landed |= unclear;
    if (!may_have_landed) return std::unexpected(within(store.url(), put.error()));
    const auto present = store.get(repo_key);
    const Result<bool> is_ours = present ? comes_of(store, present->bytes, object) : std::unexpected(present.error());
    if (is_ours && *is_ours) return {};
    if (is_ours) return conflict(fmt::format("{}: somebody else has made a repository here just now", store.url()));
    if (!unclear || attempt == max_attempts) {
      return fail(ErrorKind::outcome_unknown,
                  fmt::format("{}{}: it was sent, and whether it took effect could not be found out: {}", store.url(),
                              repo_key, put.error().text()));
    }
    repository.clock().sleep_us(pause_us * attempt);
  }
}

}  // namespace vdp::icechunk
