#include "queue/sqs_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <vector>

namespace vdp {
namespace {

/// "sqs.REGION.amazonaws.com", "NAME.sqs.REGION.vpce.amazonaws.com", and the old "REGION.queue.amazonaws.com",
/// "queue.amazonaws.com" (us-east-1); empty for the hosts of others.
std::string region_of_host(std::string_view host) {
  if (!host.ends_with(".amazonaws.com") && !host.ends_with(".amazonaws.com.cn") && !host.ends_with(".api.aws")) {
    return {};
  }
  std::vector<std::string> labels;
  for (const auto label : host | std::views::split('.')) labels.emplace_back(std::string_view(label));
  const auto service = std::ranges::find_if(labels, [](const auto& label) { return label.starts_with("sqs"); });
  if (service != labels.end()) return *(service + 1);
  const auto old = std::ranges::find(labels, "queue");
  if (old == labels.end()) return {};
  return old == labels.begin() ? "us-east-1" : *(old - 1);
}

}  // namespace

bool is_queue_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

Result<aws::ServicePlace> find_queue_place(const std::string& queue_url, const aws::EnvironmentLookup& environment,
                                           const aws::FileReader& read_file) {
  VDP_ASSIGN_IN("queue", Url url, parse_url(queue_url));
  // "/ACCOUNT/NAME"
  const bool has_name = std::ranges::count(url.path, '/') >= 2 && !url.path.ends_with('/');
  if (url.query || !has_name) {
    return invalid(
        fmt::format("{}: expected the URL of a queue, as https://sqs.eu-west-1.amazonaws.com/123456789012/NAME",
                    url.without_query()));
  }
  if (url.path.ends_with(".fifo")) {
    return unsupported(fmt::format("{}: a FIFO queue; events come to standard queues, and batches are sorted here",
                                   url.without_query()));
  }
  VDP_ASSIGN_IN("queue", aws::ServicePlace place,
                aws::find_service_place("sqs", "SQS", region_of_host(url.host), environment, read_file));
  if (place.is_named) return place;
  url.path.resize(1);  // the '/' that it begins with
  place.endpoint = std::move(url);
  place.is_named = true;
  return place;
}

}  // namespace vdp
