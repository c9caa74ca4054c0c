#include "store/http_exchange.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace vdp {
namespace {

std::int64_t longest_retry_after_us(std::span<const std::size_t> open,
                                    const std::vector<Result<HttpResponse>>& results) {
  std::int64_t longest_us = 0;
  for (const std::size_t i : open) {
    if (results[i]) longest_us = std::max(longest_us, retry_after_us(*results[i]));
  }
  return longest_us;
}

}  // namespace

std::int64_t retry_after_us(const HttpResponse& response) {
  constexpr std::int64_t most_s = 60;
  const auto field = response.headers.find("Retry-After");
  std::int64_t seconds = 0;
  if (!field || std::from_chars(field->data(), field->data() + field->size(), seconds).ec != std::errc()) return 0;
  return std::clamp<std::int64_t>(seconds, 0, most_s) * 1'000'000;
}

bool HttpExchange::is_worth_another(const Result<HttpResponse>& result) const {
  return result ? is_retryable_status(result->status) : result.error().kind == ErrorKind::transient;
}

void HttpExchange::tell_throttle(const Result<HttpResponse>& result) {
  if (!result) return;
  if (is_throttling_status(result->status)) {
    parts_.throttle->slow_down();
  } else if (result->status < 500) {
    parts_.throttle->answered();
  }
}

bool HttpExchange::wait_for_retry(Backoff& backoff, std::int64_t at_least_us) {
  const auto pause_us = backoff.next_us(at_least_us);
  if (!pause_us || !parts_.throttle->take_retry()) return false;
  parts_.clock->sleep_us(*pause_us);
  return true;
}

Result<HttpResponse> HttpExchange::send_once(const RequestMaker& make) {
  parts_.throttle->acquire(1);
  VDP_ASSIGN(const HttpRequest request, make());
  auto result = parts_.client->send(request);
  tell_throttle(result);
  return result;
}

Result<HttpResponse> HttpExchange::send(const RequestMaker& make) { return std::move(send_all({&make, 1}).front()); }

/// Sends all that are open, in as many waves as the throttle wants; those that got their last answer leave `open`.
void HttpExchange::attempt(std::span<const RequestMaker> makers, std::vector<std::size_t>& open,
                           std::vector<Result<HttpResponse>>& results) {
  std::vector<std::size_t> again;
  for (std::size_t sent = 0; sent < open.size();) {
    const std::size_t wave = parts_.throttle->acquire(open.size() - sent);
    std::vector<HttpRequest> requests;
    std::vector<std::size_t> asked;
    for (const std::size_t i : std::span(open).subspan(sent, wave)) {
      auto request = makers[i]();
      if (request) {
        requests.push_back(std::move(*request));
        asked.push_back(i);
      } else {
        results[i] = std::unexpected(std::move(request).error());
      }
    }
    auto answers = parts_.client->send_all(requests);
    for (std::size_t k = 0; k < asked.size(); ++k) {
      tell_throttle(answers[k]);
      if (!requests[k].may_have_effect && is_worth_another(answers[k])) again.push_back(asked[k]);
      results[asked[k]] = std::move(answers[k]);
    }
    sent += wave;
  }
  open = std::move(again);
}

std::vector<Result<HttpResponse>> HttpExchange::send_all(std::span<const RequestMaker> makers) {
  std::vector<Result<HttpResponse>> results(makers.size());
  std::vector<std::size_t> open(makers.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  Backoff backoff(parts_.retry, *parts_.random);
  attempt(makers, open, results);
  while (!open.empty() && wait_for_retry(backoff, longest_retry_after_us(open, results))) {
    attempt(makers, open, results);
  }
  return results;
}

}  // namespace vdp
