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

Result<Credentials> parse_credential_answer(std::string_view json) {
  const Result<Json> parsed = parse_json(json);
  // Its own error shows how the text begins.
  if (!parsed || !parsed->is_object()) return corrupt("the answer is no JSON object");
  const Json& answer = *parsed;
  const std::string code = text_field(answer, "Code");
  if (!code.empty() && code != "Success")
    return fail(ErrorKind::denied, fmt::format("answered with {}", known_error_code(code)));

  Credentials credentials;
  for (const char* field : {"AccessKeyId", "SecretAccessKey"}) {
    if (text_field(answer, field).empty()) return corrupt(fmt::format("the answer has no text in its field {}", field));
  }
  credentials.access_key_id = text_field(answer, "AccessKeyId");
  credentials.secret_access_key = Secret(text_field(answer, "SecretAccessKey"));
  if (answer.contains("Token")) credentials.session_token = Secret(text_field(answer, "Token"));
  if (answer.contains("Expiration")) {
    credentials.expires_us = parse_timestamp(text_field(answer, "Expiration"));
    if (!credentials.expires_us) return corrupt("the answer's field Expiration is no time of RFC 3339 in UTC");
  }
  VDP_TRY(check_credentials(credentials));
  return credentials;
}

}  // namespace vdp::aws
