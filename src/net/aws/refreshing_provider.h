// Credentials that all threads share, and that are replaced before they expire.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "net/aws/credentials.h"

namespace vdp::aws {

/// When to refresh. Of credentials with a short life, never earlier than when three quarters of it are over.
struct RefreshPolicy {
  std::int64_t ahead_s = 15 * 60;   ///< refreshed this long before they expire,
  std::int64_t jitter_s = 5 * 60;   ///< and up to this much earlier, so that a fleet does not ask at the same moment
  std::int64_t too_late_s = 60;     ///< with less than this left, callers wait for the refresh
  std::int64_t retry_after_s = 10;  ///< between tries, while the old ones are good
  /// Those with a session token of which nobody says when they expire: another program renews them in their file.
  std::int64_t reread_after_s = 5 * 60;
};

/// One refresh at a time, however many threads ask. While the old credentials are good, the others go on with them, and
/// a refresh that fails is nobody's error. Later all wait for it; what it fails with is then the error of all that
/// waited. `clock` and `random` must outlive this object.
class RefreshingProvider final : public CredentialProvider {
 public:
  RefreshingProvider(CredentialProviderPtr source, Clock& clock, Random& random, RefreshPolicy policy = {})
      : source_(std::move(source)), clock_(clock), random_(random), policy_(policy) {}
  Result<Credentials> get() override;

 private:
  bool is_good(std::int64_t margin_s) const;
  bool is_due() const;
  void refresh(std::unique_lock<std::mutex>& lock);
  void take(Result<Credentials> fresh);

  CredentialProviderPtr source_;
  Clock& clock_;
  Random& random_;
  RefreshPolicy policy_;

  std::mutex mutex_;
  std::condition_variable refreshed_;
  bool is_refreshing_ = false;
  std::uint64_t refreshes_ = 0;  ///< that are over
  std::optional<Credentials> current_;
  std::optional<TimestampUs> refresh_at_us_;  ///< none for credentials that nobody changes
  Error last_error_;
};

}  // namespace vdp::aws
