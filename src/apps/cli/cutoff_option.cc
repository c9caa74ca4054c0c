#include "apps/cli/cutoff_option.h"

#include <fmt/format.h>

#include "base/error.h"
#include "dataset/calendar.h"

namespace vdp::cli {
namespace {

Result<TimestampUs> parse_timestamp(const std::string& text) {
  constexpr auto calendar = dataset::Calendar::proleptic_gregorian;
  VDP_ASSIGN(const auto instant, dataset::parse_instant(calendar, text));
  return dataset::to_timestamp(calendar, instant);
}

Result<Cutoff> parse_cutoff(const std::string& text) {
  Cutoff cutoff;
  if (const auto age = dataset::parse_duration(text)) {
    cutoff.age_us = std::chrono::duration_cast<std::chrono::microseconds>(*age).count();
    return cutoff;
  }
  const auto time = parse_timestamp(text);
  if (!time) {
    return invalid(fmt::format("found '{}', expected an age like '30d' or a time like '2026-01-31T06:00:00Z'", text));
  }
  cutoff.time_us = *time;
  return cutoff;
}

}  // namespace

CLI::Option* add_cutoff_option(CLI::App& verb, const std::string& name, Cutoff& cutoff,
                               const std::string& description) {
  return verb
      .add_option_function<std::string>(
          name,
          [&cutoff, name](const std::string& text) {
            const auto parsed = parse_cutoff(text);
            if (!parsed) throw CLI::ValidationError(name, parsed.error().text());
            cutoff = *parsed;
          },
          description)
      ->type_name("AGE|TIME");
}

}  // namespace vdp::cli
