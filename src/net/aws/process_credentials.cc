#include "net/aws/process_credentials.h"

#include "net/aws/credential_chain.h"
#include "net/aws/earthdata_credentials.h"
#include "net/aws/refreshing_provider.h"
#include "net/aws/secrets_manager.h"
#include "net/http_client.h"

namespace vdp::aws {
namespace {

HttpSender make_client(const std::vector<Url>& endpoints) {
  HttpClientOptions options;
  options.policy = AddressPolicy(endpoints);
  auto client = std::make_shared<HttpClient>(std::move(options));
  return [client = std::move(client)](const HttpRequest& request) { return client->send(request); };
}

/// Those that a variable names; Amazon's own are public.
std::vector<Url> named_endpoints(const ServicePlace& place) {
  return place.is_named ? std::vector<Url>{place.endpoint} : std::vector<Url>{};
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

EarthdataSecretPtr CredentialProviders::earthdata_secret() {
  const std::scoped_lock lock(mutex_);
  if (!earthdata_secret_) {
    auto fetch = [this](const std::string& arn) -> Result<Secret> {
      VDP_ASSIGN(const ServicePlace place, secrets_manager_place(arn, environment_, read_file_));
      return get_secret_text(arn, place, chain(), make_sender_(named_endpoints(place)), clock_);
    };
    earthdata_secret_ = std::make_shared<EarthdataSecret>(environment_, std::move(fetch), clock_);
  }
  return earthdata_secret_;
}

Result<CredentialProviderPtr> CredentialProviders::earthdata(const std::string& credentials_url) {
  VDP_ASSIGN_IN("credentials_url", const Url endpoint, parse_url(credentials_url));
  EarthdataSecretPtr secret = earthdata_secret();
  const std::scoped_lock lock(mutex_);
  CredentialProviderPtr& provider = providers_[endpoint.text()];
  if (!provider) {
    provider = refreshing(std::make_shared<EarthdataCredentials>(endpoint, environment_, read_file_,
                                                                 make_sender_({endpoint}), std::move(secret)));
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
