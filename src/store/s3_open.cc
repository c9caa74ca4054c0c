#include "net/aws/process_credentials.h"
#include "net/aws/s3_place.h"
#include "store/s3_store.h"

namespace vdp {
namespace {

Result<aws::CredentialProviderPtr> credentials_of(const StoreAccess& access) {
  switch (access.kind) {
    case AccessKind::anonymous:
      return nullptr;
    case AccessKind::automatic:
    case AccessKind::iam:
      return aws::process_credentials().chain();
    case AccessKind::earthdata:
      return aws::process_credentials().earthdata(access.credentials_url);
    case AccessKind::http_basic:
    case AccessKind::bearer:
      break;
  }
  return unsupported("S3 is read anonymously, or with access iam or earthdata");
}

}  // namespace

Result<S3StoreOptions> s3_store_options(const std::string& url, const StoreAccess& access) {
  S3StoreOptions options;
  VDP_ASSIGN(options.location, parse_s3_url(url));
  VDP_ASSIGN(const aws::S3Place place, s3_place_of(url, access));
  options.bucket = locate_bucket(options.location.bucket, place);
  options.client.region = place.region;
  VDP_ASSIGN(options.client.credentials, credentials_of(access));
  options.client.requester_pays = access.requester_pays;

  HttpClientOptions http;
  // Whoever configured the endpoint may mean this machine or its network.
  if (place.endpoint) http.policy = AddressPolicy({options.bucket.url});
  if (!access.user_agent.empty()) http.user_agent = access.user_agent;
  options.exchange.client = std::make_shared<HttpClient>(std::move(http));
  options.exchange.throttle = shared_throttle(options.bucket.url.origin(), access.max_requests_per_s);
  return options;
}

Result<aws::S3Place> s3_place_of(const std::string& url, const StoreAccess& access) {
  VDP_ASSIGN(const S3Location location, parse_s3_url(url));
  return aws::find_s3_place(location.bucket, {access.region, access.endpoint_url, access.path_style},
                            aws::process_environment(), aws::read_secret_file);
}

Result<ObjectStorePtr> open_s3_store(const std::string& url, const StoreAccess& access) {
  VDP_ASSIGN(S3StoreOptions options, s3_store_options(url, access));
  return make_s3_store(std::move(options));
}

}  // namespace vdp
