#include "apps/lambda/runtime_api.h"

#include <fmt/format.h>

#include <charconv>

#include "base/checked.h"
#include "base/json.h"
#include "base/log.h"
#include "net/percent_encoding.h"

namespace vdp::lambda {
namespace {

constexpr std::string_view version_path = "/2018-06-01/runtime/";

/// A process is frozen while it waits, and thrown away after hours: this only says "no limit" to the HTTP client.
constexpr std::chrono::hours endless{24 * 365};

/// An event above the bound is still read, so that its invocation can be told why it fails.
constexpr std::size_t max_read_bytes = 2 * max_payload_bytes;

/// The body of an error is for people.
constexpr std::size_t max_message_bytes = 16 * 1024;

std::string header(const HttpResponse& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or(""));
}

/// Lambda-Runtime-Deadline-Ms: milliseconds since 1970.
std::optional<TimestampUs> parse_deadline(std::string_view text) {
  std::int64_t milliseconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return checked_multiply(milliseconds, std::int64_t{1000});
}

Failure bad_status(std::string_view asked, const HttpResponse& response) {
  const std::string_view body = as_text(response.body).substr(0, 500);
  return vdp::fail(ErrorKind::internal,
                   fmt::format("the runtime API answered {} with status {}: {}", asked, response.status, body));
}

/// "not_found" as "NotFound".
std::string pascal_case(std::string_view name) {
  std::string result;
  bool starts_word = true;
  for (const char c : name) {
    if (c == '_') {
      starts_word = true;
      continue;
    }
    result += starts_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    starts_word = false;
  }
  return result;
}

}  // namespace

FunctionError function_error(const Error& error) {
  return {"Function." + pascal_case(to_string(error.kind)), redact(error.text()).substr(0, max_message_bytes)};
}

Result<RuntimeApi> RuntimeApi::at(const std::string& address) {
  if (address.empty()) {
    return invalid("AWS_LAMBDA_RUNTIME_API is not set: `vdp lambda` is started by the AWS Lambda service");
  }
  const auto root = parse_url("http://" + address);
  if (!root || root->path != "/" || root->query) {
    return invalid(fmt::format("AWS_LAMBDA_RUNTIME_API: found \"{}\", expected HOST:PORT", redact(address)));
  }
  HttpClientOptions options;
  options.policy = AddressPolicy({*root});  // named by the environment
  return RuntimeApi(*root, std::make_unique<HttpClient>(options));
}

Url RuntimeApi::at_path(const std::string& path) const {
  Url url = root_;
  url.path = std::string(version_path) + path;
  return url;
}

Result<Event> RuntimeApi::next() {
  HttpRequest request;
  request.url = at_path("invocation/next");
  request.max_body_bytes = max_read_bytes;
  request.timeouts.first_byte = request.timeouts.total = endless;
  VDP_ASSIGN(const HttpResponse response, client_->send(request));
  if (response.status != 200) return bad_status("next", response);
  Event event;
  event.invocation.request_id = header(response, "Lambda-Runtime-Aws-Request-Id");
  event.invocation.deadline_us = parse_deadline(header(response, "Lambda-Runtime-Deadline-Ms"));
  event.invocation.trace_id = header(response, "Lambda-Runtime-Trace-Id");
  event.invocation.function_arn = header(response, "Lambda-Runtime-Invoked-Function-Arn");
  event.invocation.is_cold_start = std::exchange(is_first_, false);
  if (event.invocation.request_id.empty()) {
    return corrupt("the runtime API gave an event without Lambda-Runtime-Aws-Request-Id: it could not be answered");
  }
  event.body = as_text(response.body);
  return event;
}

Result<int> RuntimeApi::respond(const std::string& request_id, const std::string& answer) {
  return post("invocation/" + encode_path(request_id) + "/response", answer, {{"Content-Type", "application/json"}});
}

Result<int> RuntimeApi::fail(const std::string& request_id, const FunctionError& error) {
  return post_error("invocation/" + encode_path(request_id) + "/error", error);
}

Result<int> RuntimeApi::fail_init(const FunctionError& error) { return post_error("init/error", error); }

Result<int> RuntimeApi::post_error(const std::string& path, const FunctionError& error) {
  const Json body = {{"errorMessage", error.message}, {"errorType", error.type}, {"stackTrace", Json::array()}};
  return post(path, body.dump(-1, ' ', false, Json::error_handler_t::replace),
              {{"Content-Type", "application/json"}, {"Lambda-Runtime-Function-Error-Type", error.type}});
}

Result<int> RuntimeApi::post(const std::string& path, const std::string& body, const HttpHeaders& headers) {
  HttpRequest request;
  request.method = HttpMethod::post;
  request.url = at_path(path);
  request.headers = headers;
  request.body = as_bytes(body);
  // Asked twice, the service refuses the second: so a connection that died while we worked does no harm.
  VDP_ASSIGN(const HttpResponse response, client_->send(request));
  if (response.status >= 500 || response.status < 200) return bad_status(path, response);
  return response.status;
}

}  // namespace vdp::lambda
