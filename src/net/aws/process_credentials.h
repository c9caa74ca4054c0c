// The credentials of this process: one provider for all who ask for the same, so that keys are fetched and refreshed
// once, however many stores use them.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"
#include "net/aws/credentials.h"
#include "net/aws/earthdata_login.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// Providers by what they were made for, each behind a RefreshingProvider. Safe from all threads; `clock` and `random`
/// must outlive the providers.
class CredentialProviders {
 public:
  /// A sender whose address policy names `endpoints`.
  using MakeSender = std::function<HttpSender(const std::vector<Url>& endpoints)>;

  CredentialProviders(EnvironmentLookup environment, FileReader read_file, MakeSender make_sender, Clock& clock,
                      Random& random)
      : environment_(std::move(environment)),
        read_file_(std::move(read_file)),
        make_sender_(std::move(make_sender)),
        clock_(clock),
        random_(random) {}

  /// The AWS chain.
  CredentialProviderPtr chain();
  /// The login of Earthdata that a secret of AWS holds, where the environment names one.
  EarthdataSecretPtr earthdata_secret();
  /// Temporary keys from an s3credentials endpoint of NASA. `invalid` for no http(s) URL.
  Result<CredentialProviderPtr> earthdata(const std::string& credentials_url);

 private:
  CredentialProviderPtr refreshing(CredentialProviderPtr source) const;

  EnvironmentLookup environment_;
  FileReader read_file_;
  MakeSender make_sender_;
  Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  EarthdataSecretPtr earthdata_secret_;
  std::map<std::string, CredentialProviderPtr> providers_;  ///< by URL; "" is the chain
};

/// Those of the process's own environment, files and network.
CredentialProviders& process_credentials();

}  // namespace vdp::aws
