// Messages that name one file, as people and their scripts send them.
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/json_fwd.h"
#include "queue/events/file_event.h"

namespace vdp {

/// {"uri"}, with "etag", "size" and "version" where they are known; with "event": "removed" the file is gone.
Result<FileEvent> decode_uri_message(const Json& body);
/// {"bucket", "key"}, with the same; the key as the object has it, not encoded.
Result<FileEvent> decode_bucket_message(const Json& body);
/// A URI and nothing else.
Result<FileEvent> decode_bare_uri(std::string_view text);

}  // namespace vdp
