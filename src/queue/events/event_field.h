// Fields of event messages. Errors name the field, what was found and what was expected, and repeat no value: whoever
// can send messages may have put anything there.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/json_fwd.h"

namespace vdp {

/// `invalid` where there is none, or no object. `place` is the way to `object`: "Records[0].s3.", or empty.
Result<const Json*> required_object(const Json& object, const char* name, const std::string& place);
/// `invalid` where there is none, or no text, or an empty one.
Result<std::string> required_text(const Json& object, const char* name, const std::string& place);
/// Empty where there is none, or null.
Result<std::string> optional_text(const Json& object, const char* name, const std::string& place);
/// 0 where there is none, or null.
Result<std::uint64_t> optional_count(const Json& object, const char* name, const std::string& place);
/// A time of RFC 3339; 0 where there is none, or null.
Result<TimestampUs> optional_time(const Json& object, const char* name, const std::string& place);

/// In quotes, as HTTP has it and stores record it; events of S3 leave the quotes out.
std::string quoted_etag(std::string etag);

}  // namespace vdp
