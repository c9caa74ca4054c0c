#include "queue/lease.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/log.h"

namespace vdp {

Lease::Lease(Queue& queue, std::vector<std::string> receipts, std::int64_t visibility_timeout_us)
    : queue_(queue), visibility_timeout_us_(visibility_timeout_us), receipts_(std::move(receipts)) {
  try {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  } catch (const std::system_error& error) {
    log(LogLevel::error, fmt::format("messages may be delivered again while they are worked on: cannot start the "
                                     "thread that extends them: {}",
                                     error.what()));
  }
}

Lease::~Lease() = default;  // the thread is stopped, woken and joined by its own destructor

void Lease::add(std::span<const std::string> receipts) {
  const std::lock_guard lock(mutex_);
  receipts_.insert(receipts_.end(), receipts.begin(), receipts.end());
}

void Lease::remove(const std::string& receipt) {
  const std::lock_guard lock(mutex_);
  std::erase(receipts_, receipt);
}

void Lease::run(const std::stop_token& stop) {
  const std::chrono::microseconds period(std::max<std::int64_t>(visibility_timeout_us_ / 3, 1'000));
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto next = std::chrono::steady_clock::now() + period;
    stopped_.wait_until(lock, stop, next, [] { return false; });
    if (!stop.stop_requested() && !receipts_.empty()) extend_all();
  }
}

void Lease::extend_all() {
  const auto report = [this](const Error& error) {
    if (std::exchange(failure_was_logged_, true)) return;
    log(LogLevel::warning, fmt::format("cannot keep messages hidden: {}", error.text()));
  };
  const auto statuses = queue_.extend(receipts_, visibility_timeout_us_);
  if (!statuses) return report(statuses.error());
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < receipts_.size() && i < statuses->size(); ++i) {
    const Status& status = statuses->at(i);
    if (!status && status.error().kind == ErrorKind::not_found) continue;
    if (!status) report(status.error());
    kept.push_back(std::move(receipts_[i]));
  }
  receipts_ = std::move(kept);
}

}  // namespace vdp
