// HttpExchange: requests that are sent again where that is safe, at a pace that the host can take.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "net/http_client.h"
#include "store/host_throttle.h"
#include "store/retry.h"

namespace vdp {

/// Makes a request anew for each attempt: signatures and tokens grow old.
using RequestMaker = std::function<Result<HttpRequest>()>;

struct HttpExchangeParts {
  std::shared_ptr<HttpClient> client;
  std::shared_ptr<HostThrottle> throttle;
  RetryPolicy retry;
  Clock* clock = &system_clock();
  Random* random = &system_random();
};

/// Safe from all threads.
class HttpExchange {
 public:
  explicit HttpExchange(HttpExchangeParts parts) : parts_(std::move(parts)) {}

  /// The first answer that is not worth another attempt, or the last one: any status may come back. A request that
  /// `may_have_effect` is sent once only.
  Result<HttpResponse> send(const RequestMaker& make);
  /// All of them, in parallel; results in the order of `makers`.
  std::vector<Result<HttpResponse>> send_all(std::span<const RequestMaker> makers);
  /// One attempt, for callers that settle by themselves what an answer means.
  Result<HttpResponse> send_once(const RequestMaker& make);

  const RetryPolicy& retry_policy() const { return parts_.retry; }
  /// Waits for the next attempt of a request; false where the attempts, the time or the host's budget are used up.
  bool wait_for_retry(Backoff& backoff, std::int64_t at_least_us = 0);
  Random& random() const { return *parts_.random; }

 private:
  void attempt(std::span<const RequestMaker> makers, std::vector<std::size_t>& open,
               std::vector<Result<HttpResponse>>& results);
  bool is_worth_another(const Result<HttpResponse>& result) const;
  void tell_throttle(const Result<HttpResponse>& result);

  HttpExchangeParts parts_;
};

/// What the Retry-After header asks for (RFC 9110, section 10.2.3), at most a minute; 0 where it is not there.
std::int64_t retry_after_us(const HttpResponse& response);

}  // namespace vdp
