// Errors of AWS's JSON protocols: which error an answer is, and what may be done about it.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/aws/credentials.h"
#include "net/http_message.h"

namespace vdp::aws {

struct JsonError {
  std::string code;     ///< "QueueDoesNotExist": without namespace; empty where the answer has none
  std::string message;  ///< for people, shortened; as the server wrote it, so it may repeat what it was sent
};

/// From the body's `__type` ("com.amazonaws.sqs#QueueDoesNotExist"), else the header x-amzn-errortype
/// ("ThrottlingException:http://..."), else x-amzn-query-error ("AWS.SimpleQueueService.NonExistentQueue;Sender").
JsonError parse_json_error(const HttpResponse& response);

/// A code as errors may show it: letters, digits and '.', at most 80 of them; empty for anything else.
std::string plain_error_code(std::string_view code);

/// Whether it is one of those that error_kind() knows by name: nothing that a strange service may have been told.
bool is_known_error_code(std::string_view code);

/// What the caller may do. `status` decides where the code is unknown.
ErrorKind error_kind(int status, std::string_view code);

/// Text of a server as an error may have it: at most 300 bytes, no control characters, the credentials masked.
std::string told_text(std::string_view text, const Credentials& credentials);

}  // namespace vdp::aws
