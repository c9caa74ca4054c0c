// The log: lines on standard error. Values that look like secrets are masked before they are written.
#pragma once

#include <string>
#include <string_view>

namespace vdp {

enum class LogLevel { debug, info, warning, error, off };

void set_log_level(LogLevel level);
void log(LogLevel level, std::string_view message);

/// Masks the password of user:password@host, or all that stands before the '@' without one, in URLs, and the values of
/// signature- and token-like query parameters.
std::string redact(std::string_view text);

}  // namespace vdp
