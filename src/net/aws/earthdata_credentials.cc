#include "net/aws/earthdata_credentials.h"

#include <fmt/format.h>

#include <map>

#include "net/aws/credential_answer.h"
#include "net/aws/http_credentials.h"
#include "net/redirect.h"

namespace vdp::aws {
namespace {

constexpr std::chrono::milliseconds timeout{30'000};
// Endpoint, login, the endpoint's own page that takes the code, endpoint: four. Some have one in between.
constexpr int max_hops = 8;

std::string login_origin() { return fmt::format("https://{}:443", earthdata_login_host); }

/// The cookies of a login, by the origin that set them.
class Cookies {
 public:
  /// Set-Cookie: "name=value; Path=/; ...". Attributes are not looked at: a login is over within a minute.
  void take(const HttpResponse& answer, const std::string& origin) {
    for (const auto& [name, value] : answer.headers) {
      if (!same_header_name(name, "Set-Cookie")) continue;
      const std::string_view pair = std::string_view(value).substr(0, value.find(';'));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || equals == 0) continue;
      by_origin_[origin][std::string(pair.substr(0, equals))] = Secret(std::string(pair.substr(equals + 1)));
    }
  }

  void add_to(HttpRequest& request) const {
    const auto found = by_origin_.find(request.url.origin());
    if (found == by_origin_.end()) return;
    std::string all;
    for (const auto& [name, value] : found->second) {
      all.append(all.empty() ? "" : "; ").append(name).append("=").append(value.reveal());
    }
    request.credentials.push_back({"Cookie", Secret(std::move(all))});
  }

 private:
  std::map<std::string, std::map<std::string, Secret>> by_origin_;
};

/// Where a redirect of the login leads: the two that take part in it, and nobody else.
Result<Url> next_hop(const Url& from, const HttpResponse& answer, const Url& endpoint) {
  const auto location = answer.headers.find("Location");
  if (!location) return corrupt(fmt::format("a redirect of {} does not say where to", from.host));
  const Result<Url> to = resolve_reference(from, *location);
  if (!to) return corrupt(fmt::format("a redirect of {} leads to no http or https URL", from.host));
  if (to->origin() == endpoint.origin() || to->origin() == login_origin()) return to;
  return fail(ErrorKind::denied, fmt::format("a redirect of {} to {} refused: a login is between {} and {} alone",
                                             from.host, to->origin(), endpoint.host, earthdata_login_host));
}

Failure refused(const Url& url, int status) {
  const bool may_pass = status >= 500 || status == 429;
  return fail(may_pass ? ErrorKind::transient : ErrorKind::denied,
              fmt::format("{} answers with status {}", url.host, status));
}

/// An answer that leads nowhere else: the endpoint's own, or the login's reason to end it.
Result<HttpResponse> end_of_login(HttpResponse answer, const Url& url, const std::string& place) {
  if (url.origin() != login_origin()) return answer;
  if (answer.status == 401) {
    return fail(ErrorKind::denied, fmt::format("{} does not take the login of {}", url.host, place));
  }
  if (answer.status >= 300) return refused(url, answer.status);
  return fail(ErrorKind::denied,
              fmt::format("{} shows a page: log in there once with a browser, and approve what it asks", url.host));
}

}  // namespace

/// Errors name the host alone: on the way of a login, paths and queries hold its proof.
Result<HttpResponse> EarthdataCredentials::ask(const HttpRequest& request) const {
  Result<HttpResponse> answer = send_(request);
  if (answer) return answer;
  return fail(send_failure(answer.error()).kind, fmt::format("{} does not answer", request.url.host));
}

Result<HttpResponse> EarthdataCredentials::ask_with_token(const Proof& proof) const {
  HttpRequest request = credential_request(endpoint_, timeout);
  request.credentials.push_back(proof.header);
  VDP_ASSIGN(HttpResponse answer, ask(request));
  if (is_redirect_status(answer.status)) {
    return fail(ErrorKind::denied,
                fmt::format("{} does not take the token of {}: is it expired?", endpoint_.host, proof.place));
  }
  if (answer.status != 200) return refused(endpoint_, answer.status);
  return answer;
}

Result<HttpResponse> EarthdataCredentials::log_in(const Proof& proof) const {
  Cookies cookies;
  Url url = endpoint_;
  for (int hop = 0; hop < max_hops; ++hop) {
    HttpRequest request = credential_request(url, timeout);
    if (url.origin() == login_origin()) request.credentials.push_back(proof.header);
    cookies.add_to(request);
    VDP_ASSIGN(HttpResponse answer, ask(request));
    if (!is_redirect_status(answer.status)) {
      VDP_ASSIGN(answer, end_of_login(std::move(answer), url, proof.place));
      if (answer.status != 200) return refused(endpoint_, answer.status);
      return answer;
    }
    cookies.take(answer, url.origin());
    VDP_ASSIGN(url, next_hop(url, answer, endpoint_));
  }
  return fail(ErrorKind::denied, fmt::format("the login at {} does not end", earthdata_login_host));
}

Result<std::optional<EarthdataCredentials::Proof>> EarthdataCredentials::find_in_secret() const {
  if (!secret_) return std::nullopt;
  VDP_ASSIGN(const auto login, secret_->get());
  if (!login) return std::nullopt;
  Proof proof{
      .header = {}, .place = earthdata_secret_variable, .is_token = login->token.has_value(), .is_of_secret = true};
  VDP_ASSIGN(proof.header, proof.is_token ? bearer_header_of(*login->token, proof.place)
                                          : basic_header_of(*login->user, proof.place));
  return proof;
}

Result<EarthdataCredentials::Proof> EarthdataCredentials::find_proof() const {
  if (set_variable(environment_, earthdata_variable)) {
    VDP_ASSIGN(CredentialHeader header, bearer_header(environment_, earthdata_variable));
    return Proof{std::move(header), earthdata_variable, true, false};
  }
  VDP_ASSIGN(auto of_secret, find_in_secret());
  if (of_secret) return std::move(*of_secret);
  VDP_ASSIGN(const auto login, read_netrc_login(environment_, read_file_, earthdata_login_host));
  if (!login) {
    return not_found(fmt::format("{} and {} are not set, and the netrc file (NETRC, or ~/.netrc) has no login for {}",
                                 earthdata_variable, earthdata_secret_variable, earthdata_login_host));
  }
  VDP_ASSIGN(CredentialHeader header, basic_header(environment_, read_file_, earthdata_login_host));
  return Proof{std::move(header), "the netrc file", false, false};
}

Result<HttpResponse> EarthdataCredentials::prove(const Proof& proof) const {
  return proof.is_token ? ask_with_token(proof) : log_in(proof);
}

Result<Credentials> EarthdataCredentials::get() {
  VDP_ASSIGN_IN("Earthdata", Proof proof, find_proof());
  Result<HttpResponse> answer = prove(proof);
  // A secret is changed behind our back.
  if (!answer && answer.error().kind == ErrorKind::denied && proof.is_of_secret && secret_->forget()) {
    VDP_ASSIGN_IN("Earthdata", proof, find_proof());
    answer = prove(proof);
  }
  if (!answer) return std::unexpected(within("Earthdata", std::move(answer).error()));
  VDP_ASSIGN_IN("Earthdata", auto credentials, parse_earthdata_answer(as_text(answer->body)));
  return credentials;
}

}  // namespace vdp::aws
