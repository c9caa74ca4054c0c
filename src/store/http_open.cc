#include <fmt/format.h>

#include "net/aws/http_credentials.h"
#include "net/aws/process_credentials.h"
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

/// The token of the environment, else that of the secret.
Result<CredentialHeader> earthdata_header() {
  const auto environment = aws::process_environment();
  if (!aws::set_variable(environment, aws::earthdata_variable)) {
    VDP_ASSIGN(const auto login, aws::process_credentials().earthdata_secret()->get());
    if (login && login->token) return aws::bearer_header_of(*login->token, aws::earthdata_secret_variable);
    if (login) {
      return fail(ErrorKind::denied, fmt::format("the secret of {} has a user and no token, which files over https "
                                                 "need",
                                                 aws::earthdata_secret_variable));
    }
  }
  return aws::bearer_header(environment, aws::earthdata_variable);
}

Result<HttpCredentials> credentials_of(AccessKind kind, const std::string& host) {
  switch (kind) {
    case AccessKind::automatic:
    case AccessKind::anonymous:
      return nullptr;
    case AccessKind::bearer:
      return one_header([] { return aws::bearer_header(aws::process_environment(), aws::bearer_variable); });
    case AccessKind::earthdata:
      return one_header(earthdata_header);
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
  if (access.kind == AccessKind::earthdata) {
    // NASA's servers send those that they know on to where the file is, with a signature in the URL.
    options.redirects = RedirectRule::any_host;
    options.on_unauthorized = [] { aws::process_credentials().earthdata_secret()->forget(); };
  }

  HttpClientOptions http;
  http.policy = AddressPolicy({options.root});  // the user named it, so it may be this machine or its network
  if (!access.user_agent.empty()) http.user_agent = access.user_agent;
  options.exchange.client = std::make_shared<HttpClient>(std::move(http));
  options.exchange.throttle = shared_throttle(options.root.origin(), access.max_requests_per_s);
  return make_http_store(std::move(options));
}

}  // namespace vdp
