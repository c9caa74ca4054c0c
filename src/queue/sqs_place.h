// The URL of an SQS queue, and where requests for it go.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/aws/service_place.h"

namespace vdp {

/// Whether it is an http(s) URL, and no path of a file.
bool is_queue_url(std::string_view text);

/// Of "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", or of any server's "http://host:9324/000000000000/NAME":
/// requests go to the URL's own host, unless AWS_ENDPOINT_URL_SQS or AWS_ENDPOINT_URL names another. The region is that
/// of Amazon's host names (interface endpoints of a VPC too), else that of the environment. `invalid` for anything else
/// than such a URL; `unsupported` for a FIFO queue.
Result<aws::ServicePlace> find_queue_place(const std::string& queue_url, const aws::EnvironmentLookup& environment,
                                           const aws::FileReader& read_file);

}  // namespace vdp
