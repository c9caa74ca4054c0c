#include "net/aws/instance_metadata.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/aws/credential_answer.h"

namespace vdp::aws {
namespace {

constexpr const char* endpoint_variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
constexpr const char* token_header = "X-aws-ec2-metadata-token";
constexpr const char* token_path = "/latest/api/token";
constexpr const char* roles_path = "/latest/meta-data/iam/security-credentials/";
// Where this is no instance, nothing answers at that address, and everybody waits for as long as this.
constexpr std::chrono::milliseconds timeout{1000};
constexpr std::size_t max_role_name = 64;

/// The characters that IAM allows: letters, digits and +=,.@_-
bool is_role_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+=,.@_-").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= max_role_name && std::ranges::all_of(name, fits);
}

Failure refused(int status, std::string_view what) {
  const bool may_pass = status >= 500 || status == 429;
  return fail(may_pass ? ErrorKind::transient : ErrorKind::denied,
              fmt::format("the instance metadata service answers with status {} to {}", status, what));
}

/// Without a '/' at its end: paths are put behind it.
Result<Url> service_url(const EnvironmentLookup& environment) {
  Result<Url> url = parse_url(set_variable(environment, endpoint_variable).value_or("http://169.254.169.254"));
  if (!url || url->query) return invalid(fmt::format("{} is no http or https URL", endpoint_variable));
  while (url->path.ends_with('/')) url->path.pop_back();
  return url;
}

}  // namespace

Result<Secret> InstanceMetadata::session_token(const Url& service) const {
  HttpRequest request = credential_request(service, timeout);
  request.method = HttpMethod::put;
  request.url.path += token_path;
  request.headers.add("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  const Result<HttpResponse> answer = send_(request);
  if (!answer) return not_found("no instance metadata service answers (this is no EC2 instance?)");
  if (answer->status == 403) return not_found("the instance metadata service is switched off");
  if (answer->status == 404 || answer->status == 405) return not_found("no instance metadata service of version 2");
  if (answer->status != 200) return refused(answer->status, "the request for a session token");
  const std::string token(as_text(answer->body));
  if (token.empty() || !check_header(token_header, token)) {
    return corrupt("the session token of the instance metadata service is empty, or holds what no header can");
  }
  return Secret(token);
}

Result<HttpResponse> InstanceMetadata::read(const Url& service, const std::string& path, const Secret& token) const {
  HttpRequest request = credential_request(service, timeout);
  request.url.path += path;
  request.credentials.push_back({token_header, token});
  Result<HttpResponse> answer = send_(request);
  if (!answer) return std::unexpected(within("instance metadata", send_failure(std::move(answer).error())));
  return answer;
}

Result<Credentials> InstanceMetadata::get() {
  if (set_variable(environment_, "AWS_EC2_METADATA_DISABLED").value_or("") == "true") {
    return not_found("AWS_EC2_METADATA_DISABLED is true");
  }
  VDP_ASSIGN(const Url service, service_url(environment_));
  VDP_ASSIGN(const Secret token, session_token(service));
  VDP_ASSIGN(const HttpResponse roles, read(service, roles_path, token));
  if (roles.status == 404) return not_found("the instance has no role");
  if (roles.status != 200) return refused(roles.status, "the question for its role");
  // One role a line, and there is only ever one.
  const std::string_view list = as_text(roles.body);
  const std::string role(list.substr(0, list.find_first_of("\r\n")));
  if (!is_role_name(role)) return corrupt("the name of the instance's role is none that IAM allows");
  VDP_ASSIGN(const HttpResponse answer, read(service, roles_path + role, token));
  if (answer.status != 200) return refused(answer.status, "the question for the role's credentials");
  return parse_credential_answer(as_text(answer.body));
}

}  // namespace vdp::aws
