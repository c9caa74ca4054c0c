// Where an object of an event lies: bucket and key as a URI.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

/// "s3://bucket/key", percent-encoded; `key` as the object has it. `invalid` for what can be no bucket or no key.
Result<std::string> object_uri(std::string_view bucket, std::string_view key);

/// Undoes the encoding of keys in notifications of S3 (as of HTML forms): '+' is a space, %XX a byte.
Result<std::string> decode_form(std::string_view encoded);

/// `invalid` for what is no absolute URI, and for one in which secrets may stand (user-info, a query, a fragment).
Status check_event_uri(std::string_view uri);

}  // namespace vdp
