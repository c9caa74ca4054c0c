// Errors of S3 as ours: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

#include "store/s3_client.h"

namespace vdp {
namespace {

constexpr std::size_t longest_message = 300;

std::string shortened(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() > longest_message) text.resize(longest_message);
  return text;
}

ErrorKind kind_of(int status, const std::string& code) {
  if (status == 304 || status == 412) return ErrorKind::conflict;
  // ConditionalRequestConflict, OperationAborted: somebody else is at the same object; nothing was changed.
  if (status == 409) return ErrorKind::conflict;
  if (status == 404) return ErrorKind::not_found;
  if (status == 416) return ErrorKind::corrupt;
  if (status == 401 || status == 403 || code == "ExpiredToken" || code == "InvalidToken") return ErrorKind::denied;
  if (status == 405 || status == 501) return ErrorKind::unsupported;
  if (is_retryable_status(status) || code == "RequestTimeout" || code == "SlowDown") return ErrorKind::transient;
  return status >= 500 ? ErrorKind::transient : ErrorKind::invalid;
}

void mask(std::string& text, std::string_view secret) {
  if (secret.empty()) return;
  std::string masked;
  std::string_view rest = text;
  for (std::size_t at = rest.find(secret); at != std::string_view::npos; at = rest.find(secret)) {
    masked.append(rest.substr(0, at)).append("***");
    rest.remove_prefix(at + secret.size());
  }
  text = masked.append(rest);
}

/// What to do about it, where the server tells.
std::string advice(const HttpResponse& response, const std::string& code) {
  const auto region = response.headers.find("x-amz-bucket-region");
  const bool elsewhere = response.status == 301 || response.status == 307 || code == "AuthorizationHeaderMalformed";
  if (elsewhere && region)
    return fmt::format(": the bucket is in the region {}; set region", shortened(std::string(*region)));
  if (code == "RequestTimeTooSkewed") return ": set this machine's clock";
  return {};
}

}  // namespace

Result<HttpResponse> S3Client::success_of(Result<HttpResponse> response) const {
  if (!response || (response->status >= 200 && response->status < 300)) return response;
  return std::unexpected(error_of(*response));
}

void S3Client::mask_secrets(std::string& text) const {
  if (!options_.credentials || text.empty()) return;
  const auto credentials = options_.credentials->get();
  if (!credentials) {
    text.clear();
    return;
  }
  mask(text, credentials->secret_access_key.reveal());
  if (credentials->session_token) mask(text, credentials->session_token->reveal());
}

S3Error parse_s3_error(ByteView body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size(), pugi::parse_minimal | pugi::parse_escapes)) return {};
  const pugi::xml_node error = document.child("Error");
  return {shortened(error.child_value("Code")), shortened(error.child_value("Message"))};
}

Error S3Client::error_of(const HttpResponse& response) const {
  S3Error told = parse_s3_error(response.body);
  for (std::string* text : {&told.code, &told.message}) mask_secrets(*text);
  std::string message = fmt::format("HTTP status {}", response.status);
  if (!told.code.empty()) message += fmt::format(" ({})", told.code);
  if (!told.message.empty()) message += ": " + told.message;
  message += advice(response, told.code);
  return {kind_of(response.status, told.code), std::move(message), {}};
}

}  // namespace vdp
