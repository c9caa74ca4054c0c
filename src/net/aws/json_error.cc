#include "net/aws/json_error.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/json_field.h"

namespace vdp::aws {
namespace {

constexpr std::size_t longest_text = 300;
constexpr std::size_t longest_code = 80;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// "namespace#Code:where" and "Code;Sender" are both written; the code alone.
std::string_view bare_code(std::string_view text) {
  text = text.substr(0, text.find_first_of(":;"));
  return text.substr(text.rfind('#') + 1);  // npos + 1 is 0
}

template <std::size_t count>
bool is_among(const std::array<std::string_view, count>& codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html, and those of the actions.
constexpr std::array transient_codes =
    std::to_array<std::string_view>({"InternalError", "InternalFailure", "InternalServiceError", "KmsThrottled",
                                     "RequestLimitExceeded", "RequestThrottled", "RequestTimeout", "ServiceUnavailable",
                                     "SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException"});
constexpr std::array denied_codes = std::to_array<std::string_view>(
    {"AccessDenied", "AccessDeniedException", "DecryptionFailure", "ExpiredToken", "ExpiredTokenException",
     "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSecurity",
     "InvalidSignatureException", "KmsAccessDenied", "MissingAuthenticationToken",
     "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired", "RequestExpired", "SignatureDoesNotMatch",
     "UnrecognizedClientException"});
constexpr std::array not_found_codes = std::to_array<std::string_view>(
    {"AWS.SimpleQueueService.MessageNotInflight", "AWS.SimpleQueueService.NonExistentQueue", "MessageNotInflight",
     "QueueDoesNotExist", "ReceiptHandleIsInvalid", "ResourceNotFoundException"});
constexpr std::array limit_codes =
    std::to_array<std::string_view>({"BatchRequestTooLong", "LimitExceededException", "OverLimit"});

void mask(std::string& text, std::string_view secret) {
  if (secret.empty()) return;
  std::string masked;
  std::string_view rest = text;
  for (std::size_t at = rest.find(secret); at != rest.npos; at = rest.find(secret)) {
    masked.append(rest.substr(0, at)).append("***");
    rest.remove_prefix(at + secret.size());
  }
  text = masked.append(rest);
}

}  // namespace

std::string plain_error_code(std::string_view code) {
  const bool plain =
      code.size() <= longest_code && std::ranges::all_of(code, [](char c) { return is_alphanumeric(c) || c == '.'; });
  return plain ? std::string(code) : std::string();
}

JsonError parse_json_error(const HttpResponse& response) {
  JsonError error;
  const auto body = parse_json(as_text(response.body));
  if (body && body->is_object()) {
    error.code = bare_code(text_field(*body, "__type"));
    // The two spellings that services have.
    error.message = text_field(*body, "message");
    if (error.message.empty()) error.message = text_field(*body, "Message");
  }
  for (const char* header : {"x-amzn-errortype", "x-amzn-query-error"}) {
    const auto value = response.headers.find(header);
    if (error.code.empty() && value) error.code = bare_code(*value);
  }
  return error;
}

bool is_known_error_code(std::string_view code) {
  return is_among(transient_codes, code) || is_among(denied_codes, code) || is_among(not_found_codes, code) ||
         is_among(limit_codes, code);
}

ErrorKind error_kind(int status, std::string_view code) {
  if (is_among(transient_codes, code)) return ErrorKind::transient;
  if (is_among(denied_codes, code)) return ErrorKind::denied;
  if (is_among(not_found_codes, code)) return ErrorKind::not_found;
  if (is_among(limit_codes, code)) return ErrorKind::limit;
  if (code == "UnsupportedOperation" || code == "AWS.SimpleQueueService.UnsupportedOperation") {
    return ErrorKind::unsupported;
  }
  if (status == 401 || status == 403) return ErrorKind::denied;
  if (status >= 500 || status == 408 || status == 429) return ErrorKind::transient;
  return ErrorKind::invalid;
}

std::string told_text(std::string_view text, const Credentials& credentials) {
  std::string told(text);
  // Before it is cut: half a key at the end would not be found.
  mask(told, credentials.access_key_id);
  mask(told, credentials.secret_access_key.reveal());
  if (credentials.session_token) mask(told, credentials.session_token->reveal());
  std::ranges::replace_if(told, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (told.size() > longest_text) told.resize(longest_text);
  return told;
}

}  // namespace vdp::aws
