#include "net/aws/web_identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/timestamp.h"
#include "net/aws/canonical_request.h"
#include "net/aws/credential_answer.h"
#include "net/aws/xml_leaves.h"

namespace vdp::aws {
namespace {

constexpr const char* token_file_variable = "AWS_WEB_IDENTITY_TOKEN_FILE";
constexpr const char* role_variable = "AWS_ROLE_ARN";
constexpr const char* endpoint_variable = "AWS_ENDPOINT_URL_STS";
constexpr std::chrono::milliseconds timeout{10'000};

bool is_region(std::string_view region) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !region.empty() && region.size() <= 32 && std::ranges::all_of(region, fits);
}

/// The one leaf of that path, which must be there once.
Result<const Secret*> only_leaf(const std::vector<XmlLeaf>& leaves, std::string_view path) {
  const auto is_it = [&](const XmlLeaf& leaf) { return leaf.first == path; };
  if (std::ranges::count_if(leaves, is_it) != 1) {
    return corrupt(fmt::format("the answer of STS does not have one element {}", path.substr(path.rfind('/') + 1)));
  }
  return &std::ranges::find_if(leaves, is_it)->second;
}

/// <ErrorResponse><Error><Code>ExpiredToken</Code>...
std::string_view error_code(std::string_view xml) {
  const auto leaves = xml_leaves(xml);
  if (!leaves) return known_error_code("");
  const auto code = only_leaf(*leaves, "ErrorResponse/Error/Code");
  return known_error_code(code ? std::string_view((*code)->reveal()) : "");
}

Failure refused(const HttpResponse& answer) {
  const std::string_view code = error_code(as_text(answer.body));
  const bool may_pass =
      answer.status >= 500 || answer.status == 429 || code == "Throttling" || code == "IDPCommunicationError";
  return fail(may_pass ? ErrorKind::transient : ErrorKind::denied,
              fmt::format("STS answers with status {} and {}", answer.status, code));
}

}  // namespace

Result<Url> sts_endpoint(const EnvironmentLookup& environment) {
  if (const auto named = set_variable(environment, endpoint_variable)) {
    Result<Url> url = parse_url(*named);
    if (!url || url->query) return invalid(fmt::format("{} is no http or https URL", endpoint_variable));
    return url;
  }
  auto region = set_variable(environment, "AWS_REGION");
  if (!region) region = set_variable(environment, "AWS_DEFAULT_REGION");
  if (!region || *region == "aws-global") return parse_url("https://sts.amazonaws.com/");
  if (!is_region(*region)) return invalid("AWS_REGION or AWS_DEFAULT_REGION is not the name of a region");
  return parse_url(fmt::format("https://sts.{}.amazonaws.com{}/", *region, region->starts_with("cn-") ? ".cn" : ""));
}

Result<Credentials> parse_assumed_role(std::string_view xml) {
  constexpr std::string_view parent = "AssumeRoleWithWebIdentityResponse/AssumeRoleWithWebIdentityResult/Credentials/";
  VDP_ASSIGN_IN("the answer of STS", const auto leaves, xml_leaves(xml));
  const auto leaf = [&](std::string_view name) { return only_leaf(leaves, std::string(parent).append(name)); };
  VDP_ASSIGN(const Secret* id, leaf("AccessKeyId"));
  VDP_ASSIGN(const Secret* key, leaf("SecretAccessKey"));
  VDP_ASSIGN(const Secret* token, leaf("SessionToken"));
  VDP_ASSIGN(const Secret* expiration, leaf("Expiration"));
  Credentials credentials{id->reveal(), *key, *token, parse_timestamp(expiration->reveal())};
  if (!credentials.expires_us) return corrupt("the Expiration that STS gives is no time of RFC 3339 in UTC");
  VDP_TRY(check_credentials(credentials));
  return credentials;
}

Result<Secret> WebIdentity::form(const std::string& token_file) const {
  const auto role = set_variable(environment_, role_variable);
  if (!role) return invalid(fmt::format("{} is set, but {} is not", token_file_variable, role_variable));
  const Result<Secret> content = read_file_(token_file);
  if (!content) {
    return invalid(
        fmt::format("{}: the file cannot be read ({})", token_file_variable, to_string(content.error().kind)));
  }
  const std::string& text = content->reveal();
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (last == text.npos) return invalid(fmt::format("{}: the file is empty", token_file_variable));
  return Secret(encode_query({{"Action", "AssumeRoleWithWebIdentity"},
                              {"Version", "2011-06-15"},
                              {"RoleArn", *role},
                              {"RoleSessionName", set_variable(environment_, "AWS_ROLE_SESSION_NAME").value_or("vdp")},
                              {"WebIdentityToken", text.substr(0, last + 1)}}));
}

Result<Credentials> WebIdentity::get() {
  const auto token_file = set_variable(environment_, token_file_variable);
  if (!token_file) return not_found(fmt::format("{} is not set", token_file_variable));
  VDP_ASSIGN(Url endpoint, sts_endpoint(environment_));
  VDP_ASSIGN(const Secret body, form(*token_file));
  HttpRequest request = credential_request(std::move(endpoint), timeout);
  request.method = HttpMethod::post;
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.add("Accept", "text/xml");
  request.body = as_bytes(body.reveal());
  const Result<HttpResponse> answer = send_(request);
  if (!answer) return std::unexpected(within("STS", send_failure(answer.error())));
  if (answer->status != 200) return refused(*answer);
  return parse_assumed_role(as_text(answer->body));
}

}  // namespace vdp::aws
