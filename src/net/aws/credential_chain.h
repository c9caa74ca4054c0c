// The places that credentials come from, asked one after the other.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

struct NamedProvider {
  std::string name;  ///< for errors: "environment"
  CredentialProviderPtr provider;
};

/// Asks until one place has something set up, and stays with it: a refresh must not act as somebody else.
/// `denied` where no place has anything, with what each of them missed. An object that needs credentials is not an
/// object that does not exist, so get() never gives `not_found`.
class CredentialChain final : public CredentialProvider {
 public:
  explicit CredentialChain(std::vector<NamedProvider> providers) : providers_(std::move(providers)) {}
  Result<Credentials> get() override;

 private:
  Result<Credentials> ask(const NamedProvider& place);

  std::vector<NamedProvider> providers_;
  std::mutex mutex_;
  std::optional<std::size_t> chosen_;
};

/// In AWS's order: environment, web identity, shared files, container, instance metadata.
CredentialProviderPtr default_credential_chain(const EnvironmentLookup& environment, const FileReader& read_file,
                                               const HttpSender& send);

/// Those that the chain may ask: the fixed addresses of metadata services, and what variables name. The address policy
/// of the client must name them, as they are no public addresses.
std::vector<Url> credential_endpoints(const EnvironmentLookup& environment);

}  // namespace vdp::aws
