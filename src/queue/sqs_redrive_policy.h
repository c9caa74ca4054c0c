// The redrive policy of an SQS queue: its dead-letter queue, and when messages go there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

struct SqsRedrivePolicy {
  std::string account;  ///< of the dead-letter queue
  std::string queue;    ///< its name
  std::uint32_t max_receives = 0;
};

/// {"deadLetterTargetArn": "arn:aws:sqs:REGION:ACCOUNT:NAME", "maxReceiveCount": 20}, the count as number or text.
/// `corrupt` for anything else.
Result<SqsRedrivePolicy> parse_redrive_policy(std::string_view json);

}  // namespace vdp
