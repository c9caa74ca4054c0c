#include "net/aws/service_place.h"

#include <fmt/format.h>

#include "net/aws/s3_place.h"
#include "net/aws/shared_config.h"

namespace vdp::aws {
namespace {

constexpr const char* default_region = "us-east-1";

}  // namespace

Result<ServicePlace> find_service_place(const std::string& host_prefix, const std::string& variable_suffix,
                                        const std::string& region, const EnvironmentLookup& environment,
                                        const FileReader& read_file) {
  ServicePlace place;
  place.region = region;
  if (region.empty()) {
    VDP_ASSIGN(const auto configured, configured_region(environment, read_file));
    place.region = configured.value_or(default_region);
  }
  if (!is_region_name(place.region)) return invalid("the region is no name of a region");
  for (const std::string& variable : {"AWS_ENDPOINT_URL_" + variable_suffix, std::string("AWS_ENDPOINT_URL")}) {
    const auto named = set_variable(environment, variable);
    if (!named) continue;
    // What the variable holds may be a secret, put there by mistake, and the error of parsing would repeat a part of
    // it.
    const auto endpoint = parse_endpoint(*named);
    if (!endpoint) return invalid(variable + ": expected scheme, host and port, as in http://localhost:9324");
    place.endpoint = *endpoint;
    place.is_named = true;
    return place;
  }
  const char* country = place.region.starts_with("cn-") ? ".cn" : "";
  VDP_ASSIGN(place.endpoint,
             parse_url(fmt::format("https://{}.{}.amazonaws.com{}/", host_prefix, place.region, country)));
  return place;
}

}  // namespace vdp::aws
