// Durations on the command line, written as in the dataset file: "500ms", "1h30m".
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace vdp::cli {

/// `value_us` is the default, and what the option sets.
void add_duration_option(CLI::App& verb, const std::string& name, std::int64_t& value_us,
                         const std::string& description);

}  // namespace vdp::cli
