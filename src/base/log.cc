#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <regex>

namespace vdp {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("vdp", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void log(LogLevel level, std::string_view message) {
  if (logger().should_log(to_spdlog(level))) logger().log(to_spdlog(level), redact(message));
}

std::string redact(std::string_view text) {
  static const std::regex user_info(R"((://[^/@\s:]*):[^/@\s]*@)");
  static const std::regex query(
      R"(([?&](?:[^=&\s]*(?:signature|token|secret|password|credential|key)[^=&\s]*)=)[^&\s]*)", std::regex::icase);
  std::string masked = std::regex_replace(std::string(text), user_info, "$1:***@");
  return std::regex_replace(masked, query, "$1***");
}

}  // namespace vdp
