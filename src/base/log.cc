#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/json.h"

namespace vdp {
namespace {

struct LevelName {
  LogLevel level;
  std::string_view name;       ///< as users write it
  std::string_view json_name;  ///< as AWS Lambda Powertools writes it
};
constexpr std::array level_names = {
    LevelName{LogLevel::debug, "debug", "DEBUG"}, LevelName{LogLevel::info, "info", "INFO"},
    LevelName{LogLevel::warning, "warning", "WARNING"}, LevelName{LogLevel::error, "error", "ERROR"},
    LevelName{LogLevel::off, "off", "OFF"}};

std::string_view json_name(LogLevel level) {
  return std::ranges::find(level_names, level, &LevelName::level)->json_name;
}

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

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* json_pattern = "%v";

/// What lines look like. Lines of JSON are made before the logger sees them.
struct Layout {
  std::mutex mutex;
  LogFormat format = LogFormat::text;
  Json context = Json::object();
};

Layout& layout() {
  static Layout instance;
  return instance;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("vdp", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(text_pattern, spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view mask = "***";

/// By hand: the standard library's expressions recurse once a character, and texts may be long.
std::string mask_user_info(std::string_view text) {
  constexpr std::string_view authority_mark = "://";
  std::string masked;
  while (true) {
    const std::size_t mark = text.find(authority_mark);
    if (mark == std::string_view::npos) return masked.append(text);
    masked.append(text.substr(0, mark + authority_mark.size()));
    text.remove_prefix(mark + authority_mark.size());
    const std::string_view authority = text.substr(0, std::min(text.find_first_of(" \t\r\n/"), text.size()));
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) continue;
    const std::string_view user_info = authority.substr(0, at);
    if (const std::size_t colon = user_info.find(':'); colon != std::string_view::npos) {
      masked.append(user_info.substr(0, colon + 1));
    }
    masked.append(mask);
    text.remove_prefix(at);
  }
}

bool is_secret_name(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::string_view parts[] = {"signature", "token", "secret", "password", "credential", "key"};
  return lower == "sig" || std::ranges::any_of(parts, [&](std::string_view part) { return lower.contains(part); });
}

std::string mask_query_values(std::string_view text) {
  std::string masked;
  while (true) {
    const std::size_t before = text.find_first_of("?&");
    if (before == std::string_view::npos) return masked.append(text);
    masked.append(text.substr(0, before + 1));
    text.remove_prefix(before + 1);
    const std::size_t end = text.find_first_of("=&? \t\r\n");
    if (end == std::string_view::npos || text[end] != '=') continue;
    const bool hides = is_secret_name(text.substr(0, end));
    masked.append(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
    if (!hides) continue;
    masked.append(mask);
    const std::size_t value_end = std::min(text.find('&'), text.find_first_of(blanks));
    text.remove_prefix(std::min(value_end, text.size()));
  }
}

std::string one_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The names are those of AWS Lambda Powertools, which log queries are written for.
std::string json_line(LogLevel level, std::string_view message, const Json& context, const Json& fields) {
  Json line = {
      {"level", json_name(level)}, {"message", message}, {"timestamp", format_timestamp(system_clock().now_us())}};
  line.update(context);
  line.update(fields);
  redact(line);
  return one_line(line);
}

std::string text_line(std::string_view message, Json fields) {
  if (fields.empty()) return redact(message);
  redact(fields);
  return fmt::format("{} {}", redact(message), one_line(fields));
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void set_log_format(LogFormat format) {
  const std::scoped_lock lock(layout().mutex);
  layout().format = format;
  logger().set_pattern(format == LogFormat::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
}

LogFormat log_format() {
  const std::scoped_lock lock(layout().mutex);
  return layout().format;
}

void set_log_context(Json fields) {
  const std::scoped_lock lock(layout().mutex);
  layout().context = std::move(fields);
}

std::optional<LogLevel> parse_log_level(std::string_view name) {
  const auto found = std::ranges::find(level_names, name, &LevelName::name);
  return found == level_names.end() ? std::nullopt : std::optional(found->level);
}

void log(LogLevel level, std::string_view message) { log(level, message, Json::object()); }

void log(LogLevel level, std::string_view message, const Json& fields) {
  if (!logger().should_log(to_spdlog(level))) return;
  const std::scoped_lock lock(layout().mutex);
  const bool is_json = layout().format == LogFormat::json;
  logger().log(to_spdlog(level),
               is_json ? json_line(level, message, layout().context, fields) : text_line(message, fields));
}

std::string redact(std::string_view text) { return mask_query_values(mask_user_info(text)); }

void redact(Json& value) {
  if (auto* text = value.get_ptr<std::string*>()) {
    *text = redact(std::string_view(*text));
  } else if (value.is_structured()) {
    for (auto& child : value) redact(child);
  }
}

}  // namespace vdp
