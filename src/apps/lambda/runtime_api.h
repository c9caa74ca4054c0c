// RuntimeApi: the HTTP interface through which a custom runtime takes events and gives answers.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "apps/lambda/invocation.h"
#include "base/error.h"
#include "net/http_client.h"

namespace vdp::lambda {

/// What the service shows to the caller of a function that failed.
struct FunctionError {
  std::string type;  ///< "Runtime.NoSuchHandler", "Function.Denied": category and reason
  std::string message;
};
/// "Function.NotFound" of not_found; the message is the error's text, secrets masked, cut off where nobody reads on.
FunctionError function_error(const Error& error);

struct Event {
  Invocation invocation;
  std::string body;
};

/// An error of any call means that the process must end: the service is not there, or is in a state that it does not
/// recover from.
class RuntimeApi {
 public:
  /// `address` is AWS_LAMBDA_RUNTIME_API, "127.0.0.1:9001". Nothing is connected to yet.
  static Result<RuntimeApi> at(const std::string& address);

  /// The next event; waits for it as long as it takes.
  Result<Event> next();

  // Each gives the status: 202 where it was taken, 4xx where it was refused.

  Result<int> respond(const std::string& request_id, const std::string& answer);
  Result<int> fail(const std::string& request_id, const FunctionError& error);
  /// Of a process that cannot serve at all.
  Result<int> fail_init(const FunctionError& error);

 private:
  RuntimeApi(Url root, std::unique_ptr<HttpClient> client) : root_(std::move(root)), client_(std::move(client)) {}
  Url at_path(const std::string& path) const;
  Result<int> post(const std::string& path, const std::string& body, const HttpHeaders& headers);
  Result<int> post_error(const std::string& path, const FunctionError& error);

  Url root_;
  std::unique_ptr<HttpClient> client_;
  bool is_first_ = true;
};

/// The most that an event or an answer of a synchronous invocation may have: 6 MiB, and the 100 bytes more that the
/// service itself names when it refuses one.
constexpr std::size_t max_payload_bytes = 6ULL * 1024 * 1024 + 100;

}  // namespace vdp::lambda
