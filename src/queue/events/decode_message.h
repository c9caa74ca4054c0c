// Message bodies of all shapes, decoded into file events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "queue/events/file_event.h"

namespace vdp {

struct DecodedMessage {
  std::vector<FileEvent> events;   ///< each once; none where there is nothing to do
  std::vector<std::string> notes;  ///< what was passed over, and why
};

/// The shapes:
///   - our own (granule_message.h);
///   - {"uri"}, with "etag", "size" and "version" where they are known, and "event": "removed" for a file that is gone;
///   - a URI alone, as text or as a JSON text;
///   - {"bucket", "key"}, likewise; the key as the object has it;
///   - notifications of S3, its test event, and events of S3 from EventBridge;
///   - any of these in a notification of SNS, raw or in its envelope.
/// `invalid` for everything else, and for a body that is of several shapes, lacks a field, is too long, too deep or has
/// too many records: the error says what was found and what was expected. Nothing of a body is told, in notes and in
/// errors alike: whoever can send messages may have put anything there.
Result<DecodedMessage> decode_message(std::string_view body);

}  // namespace vdp
