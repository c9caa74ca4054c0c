#include <fmt/format.h>

#include "net/aws/http_credentials.h"
#include "store/http_store.h"

namespace vdp {
namespace {

HttpCredentials one_header(std::function<Result<CredentialHeader>()> header) {
  return [header = std::move(header)]() -> Result<std::vector<CredentialHeader>> {
    VDP_ASSIGN(CredentialHeader value, header());
    std::vector<CredentialHeader> headers;
    headers.push_back(std::move(value));
    return headers;
  };
}

Result<HttpCredentials> credentials_of(AccessKind kind, const std::string& host) {
  switch (kind) {
    case AccessKind::automatic:
    case AccessKind::anonymous:
      return nullptr;
    case AccessKind::bearer:
      return one_header([] { return aws::bearer_header(aws::process_environment(), aws::bearer_variable); });
    case AccessKind::earthdata:
      return one_header([] { return aws::bearer_header(aws::process_environment(), aws::earthdata_variable); });
    case AccessKind::http_basic:
      return one_header([host] { return aws::basic_header(aws::process_environment(), aws::read_secret_file, host); });
    case AccessKind::iam:
      break;
  }
  return unsupported("access iam is for s3; files over http are read anonymously, or by http-basic, bearer, earthdata");
}

}  // namespace

Result<ObjectStorePtr> open_http_store(const std::string& url, const StoreAccess& access) {
  HttpStoreOptions options;
  VDP_ASSIGN_IN("store", options.root, parse_url(url));
  if (options.root.query) return invalid(fmt::format("{}: a store's URL has no query", options.root.without_query()));
  if (!options.root.path.ends_with('/')) options.root.path += '/';
  VDP_ASSIGN(options.credentials, credentials_of(access.kind, options.root.host));
  // NASA's servers send those that they know on to where the file is, with a signature in the URL.
  if (access.kind == AccessKind::earthdata) options.redirects = RedirectRule::any_host;

  HttpClientOptions http;
  http.policy = AddressPolicy({options.root});  // the user named it, so it may be this machine or its network
  if (!access.user_agent.empty()) http.user_agent = access.user_agent;
  options.exchange.client = std::make_shared<HttpClient>(std::move(http));
  options.exchange.throttle = shared_throttle(options.root.origin(), access.max_requests_per_s);
  return make_http_store(std::move(options));
}

}  // namespace vdp
