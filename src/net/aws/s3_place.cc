#include "net/aws/s3_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/aws/shared_config.h"

namespace vdp::aws {
namespace {

constexpr const char* default_region = "us-east-1";

Result<std::string> find_region(const S3Settings& settings, const EnvironmentLookup& environment,
                                const FileReader& read_file) {
  if (!settings.region.empty()) {
    if (is_region_name(settings.region)) return settings.region;
    return invalid(fmt::format("region \"{}\" is no name of a region", without_secrets(settings.region)));
  }
  VDP_ASSIGN(const auto configured, configured_region(environment, read_file));
  if (!configured) return default_region;
  if (is_region_name(*configured)) return *configured;
  return invalid("AWS_REGION, AWS_DEFAULT_REGION or the shared config has no name of a region");
}

Result<std::optional<Url>> find_endpoint(const S3Settings& settings, const EnvironmentLookup& environment) {
  if (!settings.endpoint_url.empty()) {
    VDP_ASSIGN_IN("endpoint_url", Url url, parse_endpoint(settings.endpoint_url));
    return url;
  }
  for (const char* variable : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
    const auto named = set_variable(environment, variable);
    if (!named) continue;
    VDP_ASSIGN_IN(variable, Url url, parse_endpoint(*named));
    return url;
  }
  return std::nullopt;
}

}  // namespace

bool is_region_name(std::string_view region) {
  constexpr std::size_t max_length = 32;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !region.empty() && region.size() <= max_length && std::ranges::all_of(region, fits);
}

Result<Url> parse_endpoint(std::string_view text) {
  Result<Url> url = parse_url(text);
  if (!url) return invalid("no http or https URL, as http://localhost:9000 is one: " + url.error().message);
  if (url->query || url->path != "/") return invalid("more than scheme, host and port, as in http://localhost:9000");
  return url;
}

std::string endpoint_text(const Url& endpoint) { return endpoint.scheme + "://" + endpoint.authority(); }

Result<S3Place> find_s3_place(const std::string& bucket, const S3Settings& settings,
                              const EnvironmentLookup& environment, const FileReader& read_file) {
  S3Place place;
  VDP_ASSIGN(place.region, find_region(settings, environment, read_file));
  VDP_ASSIGN(place.endpoint, find_endpoint(settings, environment));
  place.path_style = settings.path_style.value_or(place.endpoint || bucket.find('.') != std::string::npos);
  return place;
}

}  // namespace vdp::aws
