// What a verb tells beside its report: on standard error, as text or in the log.
#pragma once

#include <string_view>

#include "base/log.h"

namespace vdp::cli {

/// One line, for whoever sits at the terminal; "error: " stands before errors. Where the log is written as JSON it is a
/// line of the log. Secrets are masked.
void notice(LogLevel level, std::string_view text);

}  // namespace vdp::cli
