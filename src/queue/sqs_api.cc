#include "queue/sqs_api.h"

#include <algorithm>
#include <numeric>

#include "net/aws/process_credentials.h"
#include "queue/sqs_batch.h"
#include "queue/sqs_place.h"

namespace vdp {
namespace {

/// Requests under way at the same time: as many as a client opens connections.
constexpr std::size_t max_parallel = 16;

HttpExchangeParts once(HttpExchangeParts parts) {
  // Whether to ask again is in the body of an answer, which the exchange does not read.
  parts.retry.max_attempts = 1;
  return parts;
}

}  // namespace

std::string to_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

SqsApi::SqsApi(aws::JsonService service, HttpExchangeParts parts, RetryPolicy retry)
    : service_(std::move(service)), exchange_(once(std::move(parts))), retry_(retry) {}

Result<Json> SqsApi::call(const std::string& action, const Json& arguments) {
  const aws::JsonCall call{.action = action, .body = to_line(arguments)};
  return std::move(call_all({&call, 1}).front());
}

std::vector<Result<Json>> SqsApi::call_all(std::span<const aws::JsonCall> calls) {
  std::vector<Result<Json>> results(calls.size());
  for (std::size_t begin = 0; begin < calls.size(); begin += max_parallel) {
    std::vector<std::size_t> open(std::min(max_parallel, calls.size() - begin));
    std::iota(open.begin(), open.end(), begin);
    Backoff backoff(retry_, exchange_.random());
    while (true) {
      std::vector<RequestMaker> makers;
      for (const std::size_t i : open) {
        makers.emplace_back([this, &call = calls[i]] { return service_.make(call, system_clock().now_us()); });
      }
      const auto responses = exchange_.send_all(makers);
      std::vector<std::size_t> again;
      std::int64_t pause_us = 0;
      for (std::size_t k = 0; k < open.size(); ++k) {
        Result<Json>& result = results[open[k]];
        if (responses[k]) {
          result = service_.answer(calls[open[k]], *responses[k]);
          pause_us = std::max(pause_us, retry_after_us(*responses[k]));
        } else {
          result = std::unexpected(within(calls[open[k]].action, responses[k].error()));
        }
        if (!result && result.error().kind == ErrorKind::transient) again.push_back(open[k]);
      }
      open = std::move(again);
      if (open.empty() || !exchange_.wait_for_retry(backoff, pause_us)) break;
    }
  }
  return results;
}

Result<std::vector<Result<Json>>> SqsApi::batch(const std::string& action, const std::string& queue_url,
                                                std::span<const Json> entries) {
  std::vector<Result<Json>> results(entries.size());
  std::vector<std::size_t> open(entries.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  Backoff backoff(retry_, exchange_.random());
  while (true) {
    const auto chunks = sqs_chunks(entries, open);
    std::vector<aws::JsonCall> calls;
    for (const auto& chunk : chunks) {
      calls.push_back({.action = action, .body = sqs_batch_body(queue_url, entries, chunk)});
    }
    const auto answers = call_all(calls);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (!answers[i]) return std::unexpected(answers[i].error());
      read_sqs_batch(*answers[i], chunks[i], results);
    }
    std::erase_if(open, [&](std::size_t i) { return results[i] || results[i].error().kind != ErrorKind::transient; });
    if (open.empty() || !exchange_.wait_for_retry(backoff)) return results;
  }
}

Result<SqsApiPtr> open_sqs_api(const std::string& queue_url) {
  VDP_ASSIGN(const aws::ServicePlace place,
             find_queue_place(queue_url, aws::process_environment(), aws::read_secret_file));
  HttpClientOptions http;
  // The user named it, so it may be this machine or its network.
  http.policy = AddressPolicy({place.endpoint});
  http.max_parallel = max_parallel;
  HttpExchangeParts parts;
  parts.client = std::make_shared<HttpClient>(std::move(http));
  parts.throttle = shared_throttle(place.endpoint.origin(), 0);
  aws::JsonService service({.name = "sqs",
                            .target_prefix = "AmazonSQS",
                            .content_type = "application/x-amz-json-1.0",
                            .place = place,
                            .credentials = aws::process_credentials().chain()});
  return std::make_shared<SqsApi>(std::move(service), std::move(parts));
}

}  // namespace vdp
