// ServicePlace: where the requests for one of AWS's services go.
#pragma once

#include <string>

#include "base/error.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

struct ServicePlace {
  std::string region;     ///< of the signature; never empty
  Url endpoint;           ///< path "/", no query
  bool is_named = false;  ///< a variable names the endpoint: it may be this machine or its network
};

/// Amazon's own host of a service, "https://sqs.eu-west-1.amazonaws.com", unless AWS_ENDPOINT_URL_SQS (the service's
/// name with '_' for ' ' and '-') or AWS_ENDPOINT_URL names another. `host_prefix`: "sqs". `region`: empty for that of
/// AWS_REGION or the shared config, else us-east-1. `invalid` for a region that is no name, or for an endpoint that is
/// more than scheme, host and port; the error names the variable.
Result<ServicePlace> find_service_place(const std::string& host_prefix, const std::string& variable_suffix,
                                        const std::string& region, const EnvironmentLookup& environment,
                                        const FileReader& read_file);

}  // namespace vdp::aws
