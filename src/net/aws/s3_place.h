// S3Place: where the requests for a bucket go.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// What settings say of it. The names of these are those of the dataset file.
struct S3Settings {
  std::string region;              ///< empty: what AWS_REGION or the shared config says, else us-east-1
  std::string endpoint_url;        ///< empty: what AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL says, else Amazon's own
  std::optional<bool> path_style;  ///< unset: with an endpoint, and for buckets with a '.', which no certificate fits
};

struct S3Place {
  std::string region;           ///< never empty
  std::optional<Url> endpoint;  ///< path "/", no query; nothing: Amazon's
  bool path_style = false;      ///< the bucket is the first part of the path, not of the host

  bool operator==(const S3Place&) const = default;
};

/// The settings, completed from the environment and the shared config. `invalid` for a region that is no name, and for
/// an endpoint that is more than scheme, host and port; the error names where it was set.
Result<S3Place> find_s3_place(const std::string& bucket, const S3Settings& settings,
                              const EnvironmentLookup& environment, const FileReader& read_file);

/// "http://host:9000", of scheme, host and port alone. `invalid` for anything else, which is not repeated.
Result<Url> parse_endpoint(std::string_view text);
/// The same as text: "http://host:9000".
std::string endpoint_text(const Url& endpoint);

/// Letters, digits and '-': a region becomes a part of a host's name.
bool is_region_name(std::string_view region);

}  // namespace vdp::aws
