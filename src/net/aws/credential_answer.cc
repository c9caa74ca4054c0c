#include "net/aws/credential_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/json_field.h"
#include "base/timestamp.h"

namespace vdp::aws {

std::string_view known_error_code(std::string_view code) {
  constexpr std::array<std::string_view, 12> known = {"AccessDenied",
                                                      "AssumeRoleUnauthorizedAccess",
                                                      "ExpiredToken",
                                                      "ExpiredTokenException",
                                                      "IDPCommunicationError",
                                                      "IDPRejectedClaim",
                                                      "InternalFailure",
                                                      "InvalidIdentityToken",
                                                      "MalformedPolicyDocument",
                                                      "RegionDisabledException",
                                                      "Throttling",
                                                      "ValidationError"};
  const auto found = std::ranges::find(known, code);
  return found != known.end() ? *found : "an unknown error";
}

namespace {

/// The names under which an answer has the parts of a set of credentials.
struct FieldNames {
  const char* id;
  const char* key;
  const char* token;
  const char* expiration;
};

Result<Credentials> parse_fields(const Json& answer, const FieldNames& names) {
  Credentials credentials;
  for (const char* field : {names.id, names.key}) {
    if (text_field(answer, field).empty()) return corrupt(fmt::format("the answer has no text in its field {}", field));
  }
  credentials.access_key_id = text_field(answer, names.id);
  credentials.secret_access_key = Secret(text_field(answer, names.key));
  if (answer.contains(names.token)) credentials.session_token = Secret(text_field(answer, names.token));
  if (answer.contains(names.expiration)) {
    credentials.expires_us = parse_timestamp(text_field(answer, names.expiration));
    if (!credentials.expires_us) {
      return corrupt(fmt::format("the answer's field {} is no time of RFC 3339 in UTC", names.expiration));
    }
  }
  VDP_TRY(check_credentials(credentials));
  return credentials;
}

/// The error of parse_json() would show how the text begins.
Result<Json> parse_object(std::string_view json) {
  Result<Json> parsed = parse_json(json);
  if (!parsed || !parsed->is_object()) return corrupt("the answer is no JSON object");
  return parsed;
}

}  // namespace

Result<Credentials> parse_credential_answer(std::string_view json) {
  VDP_ASSIGN(const Json answer, parse_object(json));
  const std::string code = text_field(answer, "Code");
  if (!code.empty() && code != "Success") {
    return fail(ErrorKind::denied, fmt::format("answered with {}", known_error_code(code)));
  }
  return parse_fields(answer, {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"});
}

Result<Credentials> parse_earthdata_answer(std::string_view json) {
  VDP_ASSIGN(const Json answer, parse_object(json));
  VDP_ASSIGN(Credentials credentials,
             parse_fields(answer, {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}));
  if (!credentials.session_token || !credentials.expires_us) {
    return corrupt("the answer lacks its field sessionToken or expiration");
  }
  return credentials;
}

}  // namespace vdp::aws
