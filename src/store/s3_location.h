// Where an S3 store is: its bucket and prefix, and the host and path under which its endpoint has the bucket.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/aws/s3_place.h"
#include "net/url.h"

namespace vdp {

struct S3Location {
  std::string bucket;
  std::string prefix;  ///< of all keys, not encoded; empty, or ends in '/'
};

/// "s3://bucket/some/prefix/", percent-encoded as URLs are. `invalid` for other URLs, user-info, a query, and names
/// that no bucket has; messages do not repeat what may be a secret.
Result<S3Location> parse_s3_url(std::string_view url);

/// How the bucket is addressed at its endpoint.
struct S3Bucket {
  Url url;           ///< of the bucket: "https://bucket.s3.us-east-1.amazonaws.com/", "http://127.0.0.1:9000/bucket"
  std::string path;  ///< in front of "/KEY", not encoded: "" or "/bucket"
};

S3Bucket locate_bucket(const std::string& bucket, const aws::S3Place& place);

}  // namespace vdp
