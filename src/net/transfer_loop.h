// TransferLoop: runs transfers side by side and keeps their connections. TransferLoopPool: loops at rest, by origin.
#pragma once

#include <curl/curl.h>

#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "net/transfer.h"

namespace vdp {

/// Used by one thread at a time.
class TransferLoop {
 public:
  TransferLoop();
  ~TransferLoop();
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  /// Finishes every transfer; at most `max_parallel` are under way at a time. They are started in order.
  void run(std::span<Transfer* const> transfers, std::size_t max_parallel);

 private:
  struct Active {
    Transfer* transfer;
    CURL* easy;
  };

  void start(Transfer& transfer);
  void finish(std::size_t index, CURLcode code);
  void finish_completed();
  void finish_overdue();
  void fail_all(const char* reason);

  CURLM* multi_;
  std::vector<Active> active_;
  std::vector<CURL*> idle_;
};

/// A loop that talked to an origin holds open connections to it, so it is the one to take for the next request there.
class TransferLoopPool {
 public:
  std::unique_ptr<TransferLoop> take(const std::string& origin);
  void give_back(const std::string& origin, std::unique_ptr<TransferLoop> loop);

 private:
  struct Resting {
    std::string origin;
    std::unique_ptr<TransferLoop> loop;
  };
  std::mutex mutex_;
  std::list<Resting> resting_;  ///< the last used first
};

}  // namespace vdp
