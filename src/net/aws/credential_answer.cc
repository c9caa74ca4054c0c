#include "net/aws/credential_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/json.h"
#include "base/json_field.h"

namespace vdp::aws {
namespace {

/// Takes exactly `count` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const std::string_view digits = text.substr(0, count);
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

/// Credentials expire on whole seconds; a fraction is read over, which is the safe side.
bool take_fraction(std::string_view& text) {
  if (!take(text, '.')) return true;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

}  // namespace

std::optional<TimestampUs> parse_expiration(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || !take(text, 'T')) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto min = take_digits(text, 2);
  if (!min || !take(text, ':')) return std::nullopt;
  const auto s = take_digits(text, 2);
  if (!s || !take_fraction(text)) return std::nullopt;
  if (text != "Z" && text != "+00:00") return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d)));
  if (!date.ok() || *h > 23 || *min > 59 || *s > 60) return std::nullopt;
  const auto instant = sys_days(date) + hours(*h) + minutes(*min) + seconds(*s);
  return duration_cast<microseconds>(instant.time_since_epoch()).count();
}

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
    credentials.expires_us = parse_expiration(text_field(answer, "Expiration"));
    if (!credentials.expires_us) return corrupt("the answer's field Expiration is no time of RFC 3339 in UTC");
  }
  VDP_TRY(check_credentials(credentials));
  return credentials;
}

}  // namespace vdp::aws
