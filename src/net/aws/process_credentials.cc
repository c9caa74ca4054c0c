#include "net/aws/process_credentials.h"

#include "net/aws/credential_chain.h"
#include "net/aws/earthdata_credentials.h"
#include "net/aws/refreshing_provider.h"
#include "net/http_client.h"

namespace vdp::aws {
namespace {

HttpSender make_client(const std::vector<Url>& endpoints) {
  HttpClientOptions options;
  options.policy = AddressPolicy(endpoints);
  auto client = std::make_shared<HttpClient>(std::move(options));
  return [client = std::move(client)](const HttpRequest& request) { return client->send(request); };
}

}  // namespace

CredentialProviderPtr CredentialProviders::refreshing(CredentialProviderPtr source) const {
  return std::make_shared<RefreshingProvider>(std::move(source), clock_, random_);
}

CredentialProviderPtr CredentialProviders::chain() {
  const std::scoped_lock lock(mutex_);
  CredentialProviderPtr& provider = providers_[""];
  if (!provider) {
    provider = refreshing(
        default_credential_chain(environment_, read_file_, make_sender_(credential_endpoints(environment_))));
  }
  return provider;
}

Result<CredentialProviderPtr> CredentialProviders::earthdata(const std::string& credentials_url) {
  VDP_ASSIGN_IN("credentials_url", const Url endpoint, parse_url(credentials_url));
  const std::scoped_lock lock(mutex_);
  CredentialProviderPtr& provider = providers_[endpoint.text()];
  if (!provider) {
    provider = refreshing(
        std::make_shared<EarthdataCredentials>(endpoint, environment_, read_file_, make_sender_({endpoint})));
  }
  return provider;
}

CredentialProviders& process_credentials() {
  // Never destroyed: threads may still ask while the process ends.
  static auto* const providers =
      new CredentialProviders(process_environment(), read_secret_file, make_client, system_clock(), system_random());
  return *providers;
}

}  // namespace vdp::aws
