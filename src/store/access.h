// StoreAccess: how a remote store is reached, as settings and dataset files say it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vdp {

/// Who asks.
enum class AccessKind {
  automatic,   ///< s3: iam; http: anonymous
  anonymous,   ///< nobody in particular: requests are not signed
  iam,         ///< the AWS credential chain
  earthdata,   ///< s3: temporary keys from `credentials_url`; http: NASA's Earthdata Login
  http_basic,  ///< http: user and password of the netrc file
  bearer,      ///< http: a token
};

/// Local and memory stores have no use for any of it.
struct StoreAccess {
  AccessKind kind = AccessKind::automatic;
  std::string region;        ///< of an S3 bucket; empty: what the environment or the shared config says, or us-east-1
  std::string endpoint_url;  ///< S3 at another place than Amazon's; empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL
  std::string credentials_url;           ///< of earthdata: ".../s3credentials"
  std::string user_agent;                ///< how requests introduce themselves; empty: "vdp/VERSION"
  std::optional<bool> path_style;        ///< bucket in the path, not in the host; unset: wherever endpoint_url is set
  bool requester_pays = false;           ///< whether the reader pays for the requests
  std::uint64_t max_requests_per_s = 0;  ///< to this store's host; 0: unbounded

  bool operator==(const StoreAccess&) const = default;
};

}  // namespace vdp
