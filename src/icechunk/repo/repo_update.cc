#include "icechunk/repo/repo_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/operation_log.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/repository_config.h"
#include "store/contention.h"

namespace vdp::icechunk {
namespace {

constexpr int max_attempts = 100;
constexpr int max_failed_reads = 10;

bool may_have_landed(const Error& error) {
  return error.kind == ErrorKind::outcome_unknown || error.kind == ErrorKind::transient;
}

/// "repo.", milliseconds until the year 3000 in 14 digits so that the newest backup sorts first, and a random id.
std::string backup_name(const RepositoryState& repository) {
  constexpr std::int64_t year_3000_ms = 32'503'680'000'000;
  const std::int64_t now_ms = repository.clock().now_us() / 1000;
  return fmt::format("repo.{:014d}.{}", year_3000_ms - now_ms, Id<12>::random(repository.random()).text());
}

/// One run of the update, over all its attempts.
class UpdateLoop {
 public:
  UpdateLoop(const RepositoryState& repository, const RepoUpdate& update)
      : repository_(repository), update_(update), contention_(repository.random()) {}

  Status run() {
    VDP_ASSIGN(bool done, try_with_last());
    for (int attempt = 0; !done && attempt < max_attempts; ++attempt) {
      if (last_problem_) pause();
      const auto current = repository_.load_repo();
      if (!current) {
        last_problem_ = current.error();
        if (may_have_landed(current.error()) && ++failed_reads_ < max_failed_reads) continue;
        return unresolved_ ? unknown(current.error().text()) : std::unexpected(current.error());
      }
      const Result<bool> landed = find_landed((*current)->info);
      if (!landed) {
        last_problem_ = landed.error();
        if (may_have_landed(landed.error()) && ++failed_reads_ < max_failed_reads) continue;
        return unknown(landed.error().text());
      }
      if (*landed) return {};
      // An attempt whose version was replaced by somebody else's can no longer land.
      if ((*current)->etag != attempted_etag_) unresolved_ = false;
      VDP_TRY(check_status((*current)->info));
      RepoInfo info = (*current)->info;
      VDP_TRY(update_.edit(info));
      VDP_ASSIGN(done, try_once((*current)->etag, std::move(info)));
    }
    if (done) return {};
    if (unresolved_) return unknown(last_problem_->text());
    return fail(ErrorKind::transient, fmt::format("{}{}: gave up after {} attempts: {}", repository_.store().url(),
                                                  repo_key, max_attempts, last_problem_->text()));
  }

 private:
  /// The update of what was last seen: the store finds out by itself whether that is still there, and a request is
  /// saved where it is. What the edit says against it may be out of date, and does not count.
  Result<bool> try_with_last() {
    const auto last = repository_.last_repo();
    if (!last || has_landed(last->info) || !check_status(last->info)) return false;
    RepoInfo info = last->info;
    if (!update_.edit(info)) return false;
    return try_once(last->etag, std::move(info));
  }

  /// Puts the edited `info` in the place of version `etag`. False: try again.
  Result<bool> try_once(const std::string& etag, RepoInfo info) {
    started_us_ = repository_.clock().now_us();
    if (backups_.empty() && !info.latest_updates.empty()) before_us_ = info.latest_updates.front().updated_at_us;
    const std::string backup = backup_name(repository_);
    const RepositoryConfig config = effective_config(repository_, info).value_or(RepositoryConfig());
    log_update(info, update_.entry, backup, repository_.clock().now_us(), config.updates_per_repo_object());
    VDP_ASSIGN(const Bytes object, encode_repo_info(info));

    const Status copied = repository_.store().copy(repo_key, backup_key(backup), etag);
    if (!copied) return retry_after(copied.error());
    backups_.push_back(backup);
    attempted_etag_ = etag;
    const auto put = repository_.store().put(repo_key, object, PutCondition::replace_only(etag));
    if (put) {
      repository_.keep_repo({std::move(info), put->etag});
      return true;
    }
    // Also after a conflict: something between us and the store may have sent the put twice, and lost against itself.
    unresolved_ |= may_have_landed(put.error()) || put.error().kind == ErrorKind::conflict;
    return retry_after(put.error());
  }

  Result<bool> retry_after(const Error& error) {
    if (error.kind != ErrorKind::conflict && !may_have_landed(error)) {
      if (unresolved_) return unknown(error.text());
      return std::unexpected(within(repository_.store().url() + std::string(repo_key), error));
    }
    last_problem_ = error;
    return false;
  }

  Status check_status(const RepoInfo& info) const { return update_.ignores_status ? Status() : check_online(info); }

  bool has_landed(const RepoInfo& info) const {
    if (update_.landed && update_.landed(info)) return true;
    return std::ranges::any_of(backups_, [&](const std::string& backup) { return has_backup(info, backup); });
  }

  /// The same, and where an answer was lost also in the parts of the log that others have pushed out of `info` since.
  Result<bool> find_landed(const RepoInfo& info) const {
    if (!unresolved_ || has_landed(info)) return has_landed(info);
    bool found = false;
    VDP_TRY(for_each_log_part(repository_, info, [&](const RepoInfo& part) {
      found = has_landed(part);
      const bool older = part.latest_updates.empty() || part.latest_updates.back().updated_at_us <= before_us_;
      return !found && !older;
    }));
    return found;
  }

  Failure unknown(const std::string& problem) const {
    return fail(ErrorKind::outcome_unknown,
                fmt::format("{}{}: the update was sent, and whether it took effect could not be found out: {}",
                            repository_.store().url(), repo_key, problem));
  }

  void pause() {
    repository_.clock().sleep_us(contention_.pause_after_loss_us(repository_.clock().now_us() - started_us_));
  }

  const RepositoryState& repository_;
  const RepoUpdate& update_;
  std::vector<std::string> backups_;  ///< of all attempts
  std::string attempted_etag_;        ///< what the last attempt was to replace
  TimestampUs before_us_ = 0;         ///< of the newest entry before the first attempt
  bool unresolved_ = false;           ///< an attempt may have landed, or may land yet
  int failed_reads_ = 0;
  std::optional<Error> last_problem_;
  Contention contention_;
  TimestampUs started_us_ = 0;  ///< of the last attempt
};

}  // namespace

Status update_repo(const RepositoryState& repository, const RepoUpdate& update) {
  if (repository.format_version() == 1) return version_one_is_readonly(repository);
  return UpdateLoop(repository, update).run();
}

}  // namespace vdp::icechunk
