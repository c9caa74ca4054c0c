#include "apps/lambda/function_settings.h"

#include <fmt/format.h>

#include <charconv>

namespace vdp::lambda {
namespace {

std::string text_of(const dataset::EnvironmentLookup& environment, const std::string& name,
                    const std::string& fallback = "") {
  const std::string value = environment(name).value_or("");
  return value.empty() ? fallback : value;
}

Result<std::uint32_t> parse_count(const std::string& name, const std::string& text) {
  std::uint32_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && count != 0) return count;
  return invalid(fmt::format("{}: found \"{}\", expected a whole number of at least 1", name, text));
}

}  // namespace

Result<FunctionSettings> read_settings(const dataset::EnvironmentLookup& environment) {
  FunctionSettings settings;
  settings.dataset_path = text_of(environment, "VDP_DATASET", "dataset.toml");
  if (const std::string store = text_of(environment, "VDP_STORE"); !store.empty()) settings.store_url = store;
  settings.processor = text_of(environment, "VDP_PROCESSOR", "dataset");
  settings.dead_letters_url = text_of(environment, "VDP_DEAD_LETTERS");
  settings.metrics_namespace = text_of(environment, "VDP_METRICS_NAMESPACE");
  settings.backfill_artifacts_url = text_of(environment, "VDP_BACKFILL_ARTIFACTS");
  if (const std::string size = text_of(environment, "VDP_BACKFILL_PARTITION_SIZE"); !size.empty()) {
    VDP_ASSIGN(settings.backfill_partition_size, parse_count("VDP_BACKFILL_PARTITION_SIZE", size));
  }
  if (const std::string count = text_of(environment, "VDP_MAX_RECEIVES"); !count.empty()) {
    VDP_ASSIGN(settings.max_receives, parse_count("VDP_MAX_RECEIVES", count));
  }
  return settings;
}

Identity read_identity(const dataset::EnvironmentLookup& environment) {
  return {text_of(environment, "POWERTOOLS_SERVICE_NAME", "vdp"), text_of(environment, "AWS_LAMBDA_FUNCTION_NAME"),
          text_of(environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE")};
}

}  // namespace vdp::lambda
