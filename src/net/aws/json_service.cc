#include "net/aws/json_service.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/sha256.h"
#include "net/aws/json_error.h"
#include "net/aws/sigv4.h"

namespace vdp::aws {
namespace {

constexpr std::chrono::milliseconds answer_time{20'000};

}  // namespace

Result<HttpRequest> JsonService::make(const JsonCall& call, TimestampUs now_us) const {
  HttpRequest request;
  request.method = HttpMethod::post;
  request.url = options_.place.endpoint;
  request.headers.add("Content-Type", options_.content_type);
  request.headers.add("X-Amz-Target", options_.target_prefix + "." + call.action);
  request.body = as_bytes(call.body);
  request.max_body_bytes = call.max_answer_bytes;
  request.timeouts.first_byte = call.wait + answer_time;
  request.timeouts.low_speed = call.wait + answer_time;
  request.timeouts.total = call.wait + 3 * answer_time;

  UnsignedRequest to_sign;
  to_sign.method = to_string(request.method);
  to_sign.host = request.url.authority();
  to_sign.headers = request.headers;
  to_sign.payload_sha256 = sha256_hex(request.body);
  VDP_ASSIGN(const Credentials credentials, options_.credentials->get());
  VDP_ASSIGN(SignedRequest signed_request, sign(to_sign, credentials, {options_.place.region, options_.name}, now_us));
  request.url.path = std::move(signed_request.path);
  for (const HttpHeader& header : signed_request.headers) request.headers.add(header.name, header.value);
  request.credentials = std::move(signed_request.credentials);
  return request;
}

Error JsonService::error_of(const HttpResponse& response) const {
  const JsonError told = parse_json_error(response);
  const std::string code = plain_error_code(told.code);
  std::string message = fmt::format("{} answers with HTTP status {}", options_.place.endpoint.host, response.status);
  if (!options_.tells_messages) {
    if (is_known_error_code(code)) message += fmt::format(" ({})", code);
  } else {
    // Without credentials there is nothing to mask by: then nothing is repeated.
    const auto credentials = options_.credentials->get();
    if (!code.empty() && credentials) message += fmt::format(" ({})", told_text(code, *credentials));
    if (!told.message.empty() && credentials) message += ": " + told_text(told.message, *credentials);
  }
  return {error_kind(response.status, code), std::move(message), {}};
}

Result<Json> JsonService::answer(const JsonCall& call, const HttpResponse& response) const {
  if (response.status != 200) return std::unexpected(within(call.action, error_of(response)));
  if (response.body.empty()) return Json::object();
  // The error of parse_json() would show how the text begins.
  Result<Json> parsed = parse_json(as_text(response.body));
  if (parsed && parsed->is_object()) return parsed;
  return std::unexpected(
      within(call.action, Error{ErrorKind::corrupt,
                                fmt::format("expected a JSON object from {}, found {} bytes that are none",
                                            options_.place.endpoint.host, response.body.size()),
                                {}}));
}

}  // namespace vdp::aws
