#include "net/aws/refreshing_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdp::aws {
namespace {

constexpr std::int64_t second_us = 1'000'000;

/// From 0 up to `bound`, without it.
std::int64_t below(std::int64_t bound, Random& random) {
  if (bound <= 0) return 0;
  std::array<std::uint8_t, 4> bytes{};
  random.fill(bytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return static_cast<std::int64_t>(number % static_cast<std::uint64_t>(bound));
}

}  // namespace

/// Whether there are credentials that stay valid for that long.
bool RefreshingProvider::is_good(std::int64_t margin_s) const {
  if (!current_) return false;
  return !current_->expires_us || clock_.now_us() + margin_s * second_us < *current_->expires_us;
}

bool RefreshingProvider::is_due() const { return !current_ || (refresh_at_us_ && clock_.now_us() >= *refresh_at_us_); }

Result<Credentials> RefreshingProvider::get() {
  std::unique_lock lock(mutex_);
  if (!is_due() && is_good(policy_.too_late_s)) return *current_;
  if (!is_refreshing_) {
    refresh(lock);
  } else if (!is_good(policy_.too_late_s)) {
    refreshed_.wait(lock, [this, seen = refreshes_] { return refreshes_ != seen; });
  }
  // After a refresh that failed, the last minute of the old ones is better than none.
  if (is_good(0)) return *current_;
  return std::unexpected(last_error_);
}

void RefreshingProvider::refresh(std::unique_lock<std::mutex>& lock) {
  is_refreshing_ = true;
  lock.unlock();
  Result<Credentials> fresh = source_->get();
  lock.lock();
  take(std::move(fresh));
  is_refreshing_ = false;
  ++refreshes_;
  refreshed_.notify_all();
}

void RefreshingProvider::take(Result<Credentials> fresh) {
  const TimestampUs now_us = clock_.now_us();
  if (fresh && fresh->expires_us && *fresh->expires_us <= now_us) {
    fresh = fail(ErrorKind::transient, fmt::format("the credentials that were given expired at {}, and it is {} here",
                                                   format_timestamp(*fresh->expires_us), format_timestamp(now_us)));
  }
  if (!fresh) {
    last_error_ = std::move(fresh).error();
    refresh_at_us_ = now_us + policy_.retry_after_s * second_us;
    return;
  }
  current_ = std::move(*fresh);
  refresh_at_us_.reset();
  if (!current_->expires_us) {
    if (current_->session_token) refresh_at_us_ = now_us + policy_.reread_after_s * second_us;
    return;
  }
  const std::int64_t life_us = *current_->expires_us - now_us;
  const std::int64_t ahead_us = (policy_.ahead_s + below(policy_.jitter_s, random_)) * second_us;
  refresh_at_us_ = *current_->expires_us - std::min(ahead_us, life_us / 4);
}

}  // namespace vdp::aws
