#include "net/redirect.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp {
namespace {

Failure refused(const Url& from, const Url& to, std::string_view why) {
  return fail(ErrorKind::denied, fmt::format("redirect from {} to {} refused: {}", from.origin(), to.origin(), why));
}

}  // namespace

Result<std::optional<Url>> redirect_target(const HttpRequest& request, const HttpResponse& response) {
  const bool reads = request.method == HttpMethod::get || request.method == HttpMethod::head;
  if (request.redirects == RedirectRule::none || !reads || !is_redirect_status(response.status)) return std::nullopt;
  const auto location = response.headers.find("Location");
  if (!location) return std::nullopt;
  const Url& from = response.url;
  VDP_ASSIGN_IN("Location", const Url to, resolve_reference(from, *location));
  if (from.scheme == "https" && to.scheme == "http") return refused(from, to, "it would leave TLS");
  if (request.redirects == RedirectRule::same_origin && to.origin() != from.origin()) {
    return refused(from, to, "only redirects within the same scheme, host and port are allowed here");
  }
  return to;
}

bool is_redirect_status(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_credential_header(std::string_view name) {
  constexpr std::string_view names[] = {"Authorization", "Proxy-Authorization", "Cookie", "X-Amz-Security-Token",
                                        "X-Aws-Ec2-Metadata-Token"};
  return std::ranges::any_of(names, [&](std::string_view known) { return same_header_name(known, name); });
}

}  // namespace vdp
