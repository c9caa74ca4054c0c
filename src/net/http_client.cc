#include "net/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <utility>

#include "net/redirect.h"
#include "net/transfer.h"
#include "net/transfer_loop.h"

namespace vdp {
namespace {

/// A request on its way through redirects.
struct Journey {
  const HttpRequest* request;
  Url url;
  unsigned redirects = 0;
  std::optional<Result<HttpResponse>> result;
};

/// Takes the answer, or turns towards where it points.
void arrive(Journey& journey, Result<HttpResponse> answer) {
  if (!answer) {
    journey.result = std::move(answer);
    return;
  }
  auto target = redirect_target(*journey.request, *answer);
  if (!target) {
    journey.result = std::unexpected(within(journey.url.without_query(), std::move(target).error()));
  } else if (!*target) {
    journey.result = std::move(answer);
  } else if (++journey.redirects > max_redirects) {
    journey.result =
        std::unexpected(within(journey.request->url.without_query(),
                               over_limit(fmt::format("more than {} redirects in a row", max_redirects)).error()));
  } else {
    journey.url = **target;
  }
}

}  // namespace

struct HttpClient::Impl {
  HttpClientOptions options;
  TransferLoopPool pool;
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> bytes_sent{0};
  std::atomic<std::uint64_t> bytes_received{0};

  void count(const HttpCounts& counts) {
    requests += counts.requests;
    connections += counts.connections;
    bytes_sent += counts.bytes_sent;
    bytes_received += counts.bytes_received;
  }

  /// One exchange for each journey that has not ended.
  void exchange(std::vector<Journey>& journeys, TransferLoop& loop) {
    std::deque<Transfer> transfers;  // libcurl holds pointers to them
    std::vector<Transfer*> to_run;
    std::vector<std::pair<Journey*, Transfer*>> under_way;
    for (Journey& journey : journeys) {
      if (journey.result) continue;
      Transfer& transfer = transfers.emplace_back(*journey.request, journey.url, options);
      under_way.emplace_back(&journey, &transfer);
      if (auto checked = transfer.check(); !checked) {
        transfer.finish_with(within(journey.url.without_query(), std::move(checked).error()));
      } else {
        to_run.push_back(&transfer);
      }
    }
    loop.run(to_run, options.max_parallel);
    for (auto& [journey, transfer] : under_way) {
      count(transfer->counts());
      arrive(*journey, transfer->take_result());
    }
  }
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) { return std::move(send_all({&request, 1}).front()); }

std::vector<Result<HttpResponse>> HttpClient::send_all(std::span<const HttpRequest> requests) {
  std::vector<Result<HttpResponse>> results;
  if (requests.empty()) return results;
  std::vector<Journey> journeys;
  journeys.reserve(requests.size());
  for (const HttpRequest& request : requests) journeys.push_back({&request, request.url, 0, std::nullopt});

  const std::string origin = requests.front().url.origin();
  auto loop = impl_->pool.take(origin);
  const auto has_ended = [](const Journey& journey) { return journey.result.has_value(); };
  while (!std::ranges::all_of(journeys, has_ended)) impl_->exchange(journeys, *loop);
  impl_->pool.give_back(origin, std::move(loop));

  results.reserve(journeys.size());
  for (Journey& journey : journeys) results.push_back(std::move(*journey.result));
  return results;
}

HttpCounts HttpClient::counts() const {
  return {impl_->requests, impl_->connections, impl_->bytes_sent, impl_->bytes_received};
}

}  // namespace vdp
