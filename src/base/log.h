// The log: lines on standard error. Values that look like secrets are masked before they are written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_fwd.h"

namespace vdp {

enum class LogLevel { debug, info, warning, error, off };

enum class LogFormat {
  text,  ///< 2026-11-22T17:30:00.123Z warning MESSAGE {"field":"value"}
  json,  ///< {"level":"WARNING","message":"MESSAGE","timestamp":"2026-11-22T17:30:00.123Z","field":"value"}
};

void set_log_level(LogLevel level);
void set_log_format(LogFormat format);
LogFormat log_format();
/// The fields (an object) that all lines of JSON carry from now on, as the service and the request; text does without.
void set_log_context(Json fields);

void log(LogLevel level, std::string_view message);
/// With what a program may want to select lines by: `fields` is an object. Those of the same name hide the context's.
void log(LogLevel level, std::string_view message, const Json& fields);

/// "debug", "info", "warning", "error", "off"; nothing for another name.
std::optional<LogLevel> parse_log_level(std::string_view name);

/// Masks the password of user:password@host, or all that stands before the '@' without one, in URLs, and the values of
/// signature- and token-like query parameters.
std::string redact(std::string_view text);
/// Masks them in all texts of a value, keys apart.
void redact(Json& value);

}  // namespace vdp
