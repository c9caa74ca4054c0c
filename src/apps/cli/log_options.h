// How the log on standard error is written; of every verb.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace vdp::cli {

struct LogOptions {
  std::string format = "text";
  std::string level = "warning";
};

/// Adds --log-format (or $VDP_LOG_FORMAT) and --log-level (or $VDP_LOG_LEVEL), which may also stand behind the verb: to
/// be called before verbs are added.
void add_log_options(CLI::App& program, LogOptions& options);

/// Lines of JSON name the verb.
void set_up_log(const LogOptions& options, const std::string& verb);

}  // namespace vdp::cli
