#include "net/aws/container_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "net/aws/credential_answer.h"

namespace vdp::aws {
namespace {

constexpr const char* relative_uri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* full_uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* token_file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr const char* token = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr std::chrono::milliseconds timeout{2000};

/// "127.", then three numbers: a host name may begin like that too, as in 127.0.0.1.example.com.
bool is_ipv4_loopback(std::string_view host) {
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool may_be_asked_in_the_clear(std::string_view host) {
  // ECS; EKS; loopback.
  constexpr std::array<std::string_view, 5> hosts = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost",
                                                     "::1"};
  return std::ranges::find(hosts, host) != hosts.end() || is_ipv4_loopback(host);
}

}  // namespace

Result<Url> ContainerCredentials::url() const {
  // What follows the host is as good as a password, so no error repeats it, and parse_url()'s own is not passed on.
  if (const auto relative = set_variable(environment_, relative_uri)) {
    const Result<Url> url = parse_url("http://169.254.170.2" + *relative);
    if (!relative->starts_with('/') || !url) return invalid(fmt::format("{} is no path of a URL", relative_uri));
    return url;
  }
  const auto full = set_variable(environment_, full_uri);
  if (!full) return not_found(fmt::format("{} and {} are not set", relative_uri, full_uri));
  const Result<Url> url = parse_url(*full);
  if (!url) return invalid(fmt::format("{} is no http or https URL", full_uri));
  if (url->scheme != "https" && !may_be_asked_in_the_clear(url->host)) {
    return fail(ErrorKind::denied,
                fmt::format("{}: over http, only loopback and the addresses of ECS and EKS are asked", full_uri));
  }
  return url;
}

/// Empty where none is set.
Result<Secret> ContainerCredentials::authorization() const {
  const auto file = set_variable(environment_, token_file);
  if (!file) return Secret(set_variable(environment_, token).value_or(""));
  Result<Secret> content = read_file_(*file);
  if (!content)
    return invalid(fmt::format("{}: the file cannot be read ({})", token_file, to_string(content.error().kind)));
  const std::string& text = content->reveal();
  // Files end in a line feed.
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == text.npos) return invalid(fmt::format("{}: the file is empty", token_file));
  return Secret(text.substr(0, last + 1));
}

Result<Credentials> ContainerCredentials::get() {
  VDP_ASSIGN(Url where, url());
  VDP_ASSIGN(const Secret proof, authorization());
  HttpRequest request = credential_request(std::move(where), timeout);
  request.headers.add("Accept", "application/json");
  if (!proof.empty()) {
    if (!check_header("Authorization", proof.reveal())) return invalid("the container's token holds a line break");
    request.credentials.push_back({"Authorization", proof});
  }
  const Result<HttpResponse> answer = send_(request);
  if (!answer) {
    // The text would name the URL.
    return fail(send_failure(answer.error()).kind,
                fmt::format("the container's host, {}, does not answer", request.url.host));
  }
  if (answer->status != 200) {
    const bool may_pass = answer->status >= 500 || answer->status == 429;
    return fail(may_pass ? ErrorKind::transient : ErrorKind::denied,
                fmt::format("the container's host, {}, answers with status {}", request.url.host, answer->status));
  }
  return parse_credential_answer(as_text(answer->body));
}

}  // namespace vdp::aws
