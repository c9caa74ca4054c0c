// A point in the past on the command line: an age ("30d") or a time ("2026-01-31T00:00:00Z").
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace vdp::cli {

struct Cutoff {
  std::optional<std::int64_t> age_us;
  std::optional<TimestampUs> time_us;

  bool is_given() const { return age_us || time_us; }
  TimestampUs before(TimestampUs now_us) const { return time_us ? *time_us : now_us - age_us.value_or(0); }
};

CLI::Option* add_cutoff_option(CLI::App& verb, const std::string& name, Cutoff& cutoff, const std::string& description);

}  // namespace vdp::cli
