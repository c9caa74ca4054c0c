#include "apps/cli/access_options.h"

namespace vdp::cli {

StoreAccess AccessOptions::access() const {
  StoreAccess access;
  access.region = region;
  access.endpoint_url = endpoint_url;
  if (anonymous) access.kind = AccessKind::anonymous;
  if (path_style) access.path_style = true;
  return access;
}

void add_access_options(CLI::App& verb, AccessOptions& options) {
  const std::string group = "S3";
  verb.add_option("--region", options.region, "of the bucket (default: AWS_REGION, the shared config, us-east-1)")
      ->group(group);
  verb.add_option("--endpoint-url", options.endpoint_url,
                  "S3 at another place than Amazon's (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)")
      ->group(group);
  verb.add_flag("--anonymous", options.anonymous, "without keys: requests are not signed")->group(group);
  verb.add_flag("--path-style", options.path_style,
                "the bucket in the path of requests, not in the host (default with an endpoint)")
      ->group(group);
}

}  // namespace vdp::cli
