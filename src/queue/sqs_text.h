// Which texts a message of SQS may hold.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

/// Of a body with its attributes. Queues may allow less (MaximumMessageSize), and some allow no more than 256 KiB.
inline constexpr std::size_t max_sqs_message_bytes = 1 << 20;

/// `invalid` for an empty body, one of more than `max_bytes`, one that is no UTF-8, and one with characters that
/// XML 1.0 does not have: control characters but tab, line feed and carriage return, U+FFFE, U+FFFF. The error names
/// the offset, and nothing of the body.
Status check_sqs_body(std::string_view body, std::size_t max_bytes);

/// The text with '?' in place of what SQS refuses, cut to at most `max_bytes` at the end of a character.
std::string as_sqs_text(std::string_view text, std::size_t max_bytes);

}  // namespace vdp
