// JsonService: the requests and answers of a service of AWS that speaks its JSON protocol: POST /, the action in the
// header X-Amz-Target, a JSON object each way. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
// No I/O: who sends, and sends again, is up to the caller.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/json_fwd.h"
#include "net/aws/credentials.h"
#include "net/aws/service_place.h"
#include "net/http_message.h"

namespace vdp::aws {

struct JsonServiceOptions {
  std::string name;           ///< in signatures: "sqs"
  std::string target_prefix;  ///< "AmazonSQS"
  std::string content_type;   ///< "application/x-amz-json-1.0" or "...-1.1"
  ServicePlace place;
  CredentialProviderPtr credentials;
  /// Whether a server's words may stand in an error (credentials masked). Not where its answers are secrets.
  bool tells_messages = true;
};

struct JsonCall {
  std::string action;  ///< "ReceiveMessage"
  std::string body;    ///< a JSON object
  /// How long the service may wait before it answers, beside the time that an answer takes.
  std::chrono::milliseconds wait{0};
  std::uint64_t max_answer_bytes = 1 << 20;
};

/// Safe from all threads.
class JsonService {
 public:
  explicit JsonService(JsonServiceOptions options) : options_(std::move(options)) {}

  /// Signed for `now_us`. The call must outlive the request: its body is not copied.
  Result<HttpRequest> make(const JsonCall& call, TimestampUs now_us) const;

  /// The object that was answered; an empty body is an empty object. An answer without success is an error with the
  /// service's code and words, in the kinds of error_kind(); `corrupt` where an answer of success is no JSON object.
  Result<Json> answer(const JsonCall& call, const HttpResponse& response) const;

  const ServicePlace& place() const { return options_.place; }

 private:
  Error error_of(const HttpResponse& response) const;

  JsonServiceOptions options_;
};

}  // namespace vdp::aws
