#include "apps/cli/notice.h"

#include <fmt/format.h>

#include <cstdio>

namespace vdp::cli {

void notice(LogLevel level, std::string_view text) {
  if (log_format() == LogFormat::json) return log(level, text);
  fmt::print(stderr, "{}{}\n", level == LogLevel::error ? "error: " : "", redact(text));
}

}  // namespace vdp::cli
