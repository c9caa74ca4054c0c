#include "net/aws/web_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

#include "base/timestamp.h"
#include "net/aws/canonical_request.h"
#include "net/aws/credential_answer.h"

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

/// The text of the one child element of that name. `corrupt` where there is none, or another.
Result<Secret> only_text(const pugi::xml_node& parent, const char* name) {
  const pugi::xml_node child = parent.child(name);
  if (!child || child.next_sibling(name)) {
    return corrupt(fmt::format("the answer of STS does not have one element {}", name));
  }
  return Secret(child.text().get());
}

/// Own entities and document types are not looked at: no answer of AWS has any.
pugi::xml_parse_result parse(std::string_view xml, pugi::xml_document& document) {
  return document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
}

/// <ErrorResponse><Error><Code>ExpiredToken</Code>...
std::string_view error_code(std::string_view xml) {
  pugi::xml_document document;
  if (!parse(xml, document)) return known_error_code("");
  return known_error_code(document.child("ErrorResponse").child("Error").child("Code").text().get());
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
  pugi::xml_document document;
  if (const auto parsed = parse(xml, document); !parsed) {
    return corrupt(fmt::format("the answer of STS is no XML: {} at byte {}", parsed.description(), parsed.offset));
  }
  const pugi::xml_node found =
      document.child("AssumeRoleWithWebIdentityResponse").child("AssumeRoleWithWebIdentityResult").child("Credentials");
  if (found.next_sibling("Credentials")) return corrupt("the answer of STS has more than one element Credentials");
  VDP_ASSIGN(const Secret id, only_text(found, "AccessKeyId"));
  VDP_ASSIGN(Secret key, only_text(found, "SecretAccessKey"));
  VDP_ASSIGN(Secret token, only_text(found, "SessionToken"));
  VDP_ASSIGN(const Secret expiration, only_text(found, "Expiration"));
  Credentials credentials{id.reveal(), std::move(key), std::move(token), parse_timestamp(expiration.reveal())};
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
