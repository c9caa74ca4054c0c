// Receiving from SQS: more than ten messages at a time, and what an answer says of each.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "queue/queue.h"
#include "queue/sqs_api.h"

namespace vdp {

struct SqsMessage {
  Message message;
  std::map<std::string, std::string> attributes;  ///< texts and numbers that its sender gave it, by name
};

/// The messages of an answer to ReceiveMessage. `corrupt` for one without an id or a receipt, for a count or a time
/// that is no number, and for more than ten.
Result<std::vector<SqsMessage>> read_sqs_messages(const Json& answer);

struct SqsReceive {
  std::size_t max_messages = 0;
  std::int64_t visibility_s = 0;  ///< 0 to 12 h
  std::chrono::seconds wait{0};   ///< how long the first call may wait for a first message; 0 to 20 s
  bool with_attributes = false;
};

/// One call, and once that has found something, more of them in parallel until they find nothing. Each message once,
/// with its last receipt. An error after messages were received does not lose them: they are returned.
Result<std::vector<SqsMessage>> receive_from_sqs(SqsApi& api, const std::string& queue_url, const SqsReceive& what);

inline constexpr std::int64_t max_sqs_visibility_s = 12 * 3600;

/// In whole seconds, rounded up, at most the twelve hours of SQS.
std::int64_t sqs_visibility_s(std::int64_t visibility_timeout_us);

}  // namespace vdp
