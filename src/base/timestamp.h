// Points in time as services write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace vdp {

/// RFC 3339 in UTC, to whole seconds: "2026-11-22T17:30:00Z", "2026-11-22 17:30:00+00:00"; a fraction is read over.
/// Nothing for any other text.
std::optional<TimestampUs> parse_timestamp(std::string_view text);

}  // namespace vdp
