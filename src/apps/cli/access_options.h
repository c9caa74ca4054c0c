// How a store that the command line names is reached; a dataset file says it for its own.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "store/access.h"

namespace vdp::cli {

struct AccessOptions {
  std::string region;
  std::string endpoint_url;
  bool anonymous = false;
  bool path_style = false;

  StoreAccess access() const;
};

/// Adds --region, --endpoint-url, --anonymous and --path-style. What is not given, the environment says
/// (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION).
void add_access_options(CLI::App& verb, AccessOptions& options);

}  // namespace vdp::cli
