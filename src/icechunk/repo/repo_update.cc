#include "icechunk/repo/repo_update.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/repo_edit.h"
#include "icechunk/repo/repository_config.h"

namespace vdp::icechunk {
namespace {

constexpr int max_attempts = 100;
constexpr int max_failed_reads = 10;
constexpr int immediate_attempts = 5;
constexpr std::int64_t first_pause_us = 20'000;
constexpr std::int64_t longest_pause_us = 5'000'000;

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
  UpdateLoop(const RepositoryState& repository, const RepoUpdate& update) : repository_(repository), update_(update) {}

  Status run() {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      pause_before(attempt);
      const auto current = repository_.load_repo();
      if (!current) {
        last_problem_ = current.error().text();
        if (may_have_landed(current.error()) && ++failed_reads_ < max_failed_reads) continue;
        return unresolved_ ? unknown(current.error().text()) : std::unexpected(current.error());
      }
      if (has_landed((*current)->info)) return {};
      // An attempt whose version was replaced by somebody else's can no longer land.
      if ((*current)->etag != attempted_etag_) unresolved_ = false;
      VDP_ASSIGN(const bool done, try_once(**current));
      if (done) return {};
    }
    if (unresolved_) return unknown(last_problem_);
    return fail(ErrorKind::transient, fmt::format("{}{}: gave up after {} attempts: {}", repository_.store().url(),
                                                  repo_key, max_attempts, last_problem_));
  }

 private:
  /// False: try again.
  Result<bool> try_once(const VersionedRepoInfo& current) {
    VDP_TRY(check_online(current.info));
    RepoInfo info = current.info;
    VDP_TRY(update_.edit(info));
    const std::string backup = backup_name(repository_);
    const RepositoryConfig config = stored_config(info).value_or(RepositoryConfig());
    log_update(info, update_.entry, backup, repository_.clock().now_us(), config.updates_per_repo_object());
    VDP_ASSIGN(const Bytes object, encode_repo_info(info));

    const Status copied = repository_.store().copy(repo_key, backup_key(backup), current.etag);
    if (!copied) return retry_after(copied.error());
    backups_.push_back(backup);
    attempted_etag_ = current.etag;
    const auto put = repository_.store().put(repo_key, object, PutCondition::replace_only(current.etag));
    if (put) {
      repository_.keep_repo({std::move(info), put->etag});
      return true;
    }
    unresolved_ |= may_have_landed(put.error());
    return retry_after(put.error());
  }

  Result<bool> retry_after(const Error& error) {
    if (error.kind != ErrorKind::conflict && !may_have_landed(error)) {
      if (unresolved_) return unknown(error.text());
      return std::unexpected(within(repository_.store().url() + std::string(repo_key), error));
    }
    last_problem_ = error.text();
    return false;
  }

  bool has_landed(const RepoInfo& info) const {
    if (update_.landed && update_.landed(info)) return true;
    return std::ranges::any_of(backups_, [&](const std::string& backup) { return has_backup(info, backup); });
  }

  Failure unknown(const std::string& problem) const {
    return fail(ErrorKind::outcome_unknown,
                fmt::format("{}{}: the update was sent, and whether it took effect could not be found out: {}",
                            repository_.store().url(), repo_key, problem));
  }

  /// Doubling, and different in every process so that competing writers do not stay in step.
  void pause_before(int attempt) {
    if (attempt < immediate_attempts) return;
    const int doublings = std::min(attempt - immediate_attempts, 10);
    const std::int64_t pause_us = std::min(longest_pause_us, first_pause_us << doublings);
    std::uint16_t jitter = 0;
    std::uint8_t bytes[2];
    repository_.random().fill(bytes);
    jitter = static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8);
    repository_.clock().sleep_us(pause_us / 2 + pause_us * jitter / 131072);
  }

  const RepositoryState& repository_;
  const RepoUpdate& update_;
  std::vector<std::string> backups_;  ///< of all attempts
  std::string attempted_etag_;        ///< what the last attempt was to replace
  bool unresolved_ = false;           ///< an attempt may have landed, or may land yet
  int failed_reads_ = 0;
  std::string last_problem_;
};

}  // namespace

Status update_repo(const RepositoryState& repository, const RepoUpdate& update) {
  return UpdateLoop(repository, update).run();
}

}  // namespace vdp::icechunk
