#include "net/transfer_loop.h"

#include <algorithm>
#include <iterator>

namespace vdp {
namespace {

constexpr int watch_interval_ms = 100;  // how often timeouts are looked at while nothing happens
constexpr std::size_t max_resting_loops = 64;

void start_libcurl_once() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)started;  // a failure shows when the first handle is made
}

}  // namespace

TransferLoop::TransferLoop() {
  start_libcurl_once();
  multi_ = curl_multi_init();
}

TransferLoop::~TransferLoop() {
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
}

void TransferLoop::run(std::span<Transfer* const> transfers, std::size_t max_parallel) {
  std::size_t next = 0;
  while (next < transfers.size() || !active_.empty()) {
    while (next < transfers.size() && active_.size() < std::max<std::size_t>(max_parallel, 1))
      start(*transfers[next++]);
    int running = 0;
    if (const CURLMcode code = curl_multi_perform(multi_, &running); code != CURLM_OK) {
      fail_all(curl_multi_strerror(code));
      continue;
    }
    finish_completed();
    finish_overdue();
    if (!active_.empty() && running != 0) curl_multi_poll(multi_, nullptr, 0, watch_interval_ms, nullptr);
  }
}

void TransferLoop::start(Transfer& transfer) {
  CURL* easy = nullptr;
  if (idle_.empty()) {
    easy = curl_easy_init();
  } else {
    easy = idle_.back();
    idle_.pop_back();
  }
  if (easy == nullptr || multi_ == nullptr) {
    transfer.finish_with(Error{ErrorKind::internal, "libcurl does not start", {}});
    if (easy != nullptr) idle_.push_back(easy);
    return;
  }
  transfer.configure(easy);
  active_.push_back({&transfer, easy});
  if (const CURLMcode code = curl_multi_add_handle(multi_, easy); code != CURLM_OK) {
    finish(active_.size() - 1, CURLE_FAILED_INIT);
  }
}

void TransferLoop::finish(std::size_t index, CURLcode code) {
  const Active done = active_[index];
  active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(index));
  done.transfer->finish(code);
  curl_multi_remove_handle(multi_, done.easy);
  curl_easy_reset(done.easy);  // forgets the transfer; connections stay with the multi handle
  idle_.push_back(done.easy);
}

void TransferLoop::finish_completed() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    const auto found = std::ranges::find(active_, message->easy_handle, &Active::easy);
    if (found != active_.end()) finish(static_cast<std::size_t>(found - active_.begin()), code);
  }
}

void TransferLoop::finish_overdue() {
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = active_.size(); i-- > 0;) {
    if (active_[i].transfer->is_overdue(now)) finish(i, CURLE_ABORTED_BY_CALLBACK);
  }
}

void TransferLoop::fail_all(const char* reason) {
  while (!active_.empty()) {
    Transfer& transfer = *active_.back().transfer;
    finish(active_.size() - 1, CURLE_FAILED_INIT);
    transfer.finish_with(Error{ErrorKind::internal, reason, {}});
  }
}

std::unique_ptr<TransferLoop> TransferLoopPool::take(const std::string& origin) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(resting_, origin, &Resting::origin);
    if (found != resting_.end()) {
      auto loop = std::move(found->loop);
      resting_.erase(found);
      return loop;
    }
  }
  return std::make_unique<TransferLoop>();
}

void TransferLoopPool::give_back(const std::string& origin, std::unique_ptr<TransferLoop> loop) {
  std::list<Resting> closed;  // connections are closed outside of the lock
  const std::lock_guard lock(mutex_);
  resting_.push_front({origin, std::move(loop)});
  if (resting_.size() > max_resting_loops) closed.splice(closed.end(), resting_, std::prev(resting_.end()));
}

}  // namespace vdp
