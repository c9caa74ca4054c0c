// The dates of HTTP headers (RFC 9110, section 5.6.7).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace vdp {

/// "Sun, 22 Nov 2026 17:30:00 GMT", and the older forms that servers still send. Nothing for any other text.
std::optional<TimestampUs> parse_http_date(std::string_view text);

/// The time to the whole second, rounded down, as "Sun, 22 Nov 2026 17:30:00 GMT".
std::string format_http_date(TimestampUs timestamp_us);

}  // namespace vdp
