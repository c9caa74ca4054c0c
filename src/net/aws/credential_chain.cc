#include "net/aws/credential_chain.h"

#include "net/aws/container_credentials.h"
#include "net/aws/environment_credentials.h"
#include "net/aws/instance_metadata.h"
#include "net/aws/shared_config.h"
#include "net/aws/web_identity.h"

namespace vdp::aws {

Result<Credentials> CredentialChain::ask(const NamedProvider& place) {
  Result<Credentials> credentials = place.provider->get();
  if (!credentials) return std::unexpected(within("credentials: " + place.name, std::move(credentials).error()));
  return credentials;
}

Result<Credentials> CredentialChain::get() {
  const std::scoped_lock lock(mutex_);
  if (chosen_) {
    Result<Credentials> credentials = ask(providers_[*chosen_]);
    // It was there before: an instance's metadata service that does not answer once, a file that is being replaced.
    if (!credentials && credentials.error().kind == ErrorKind::not_found) {
      credentials.error().kind = ErrorKind::transient;
    }
    return credentials;
  }
  std::string missing;
  for (std::size_t i = 0; i < providers_.size(); ++i) {
    Result<Credentials> credentials = ask(providers_[i]);
    if (credentials) {
      chosen_ = i;
      return credentials;
    }
    if (credentials.error().kind != ErrorKind::not_found) return credentials;
    missing += (missing.empty() ? "" : "; ") + providers_[i].name + ": " + credentials.error().message;
  }
  return fail(ErrorKind::denied, "no AWS credentials: " + missing);
}

CredentialProviderPtr default_credential_chain(const EnvironmentLookup& environment, const FileReader& read_file,
                                               const HttpSender& send) {
  return std::make_shared<CredentialChain>(
      std::vector<NamedProvider>{{"environment", std::make_shared<EnvironmentCredentials>(environment)},
                                 {"web identity", std::make_shared<WebIdentity>(environment, read_file, send)},
                                 {"shared files", std::make_shared<SharedConfig>(environment, read_file)},
                                 {"container", std::make_shared<ContainerCredentials>(environment, read_file, send)},
                                 {"instance metadata", std::make_shared<InstanceMetadata>(environment, send)}});
}

std::vector<Url> credential_endpoints(const EnvironmentLookup& environment) {
  std::vector<Url> endpoints;
  const auto add = [&](const std::string& text) {
    if (Result<Url> url = parse_url(text)) endpoints.push_back(std::move(*url));
  };
  for (const char* fixed : {"http://169.254.169.254", "http://169.254.170.2"}) add(fixed);
  for (const char* variable :
       {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_ENDPOINT_URL_STS"}) {
    if (const auto named = set_variable(environment, variable)) add(*named);
  }
  return endpoints;
}

}  // namespace vdp::aws
