#include "apps/cli/duration_option.h"

#include "dataset/instant.h"

namespace vdp::cli {

void add_duration_option(CLI::App& verb, const std::string& name, std::int64_t& value_us,
                         const std::string& description) {
  verb.add_option_function<std::string>(
          name,
          [&value_us, name](const std::string& text) {
            const auto duration = dataset::parse_duration(text);
            if (!duration) throw CLI::ValidationError(name, duration.error().text());
            value_us = std::chrono::duration_cast<std::chrono::microseconds>(*duration).count();
          },
          description)
      ->type_name("DURATION")
      ->default_str(dataset::format_duration(std::chrono::microseconds(value_us)));
}

}  // namespace vdp::cli
