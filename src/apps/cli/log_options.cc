#include "apps/cli/log_options.h"

#include "base/json.h"
#include "base/log.h"

namespace vdp::cli {

void add_log_options(CLI::App& program, LogOptions& options) {
  program.fallthrough();
  program.add_option("--log-format", options.format, "text, or json: one object a line")
      ->envname("VDP_LOG_FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  program.add_option("--log-level", options.level, "the least that is worth a line")
      ->envname("VDP_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))
      ->capture_default_str();
}

void set_up_log(const LogOptions& options, const std::string& verb) {
  set_log_level(parse_log_level(options.level).value_or(LogLevel::warning));
  if (options.format != "json") return;
  set_log_format(LogFormat::json);
  set_log_context({{"service", "vdp"}, {"verb", verb}});
}

}  // namespace vdp::cli
