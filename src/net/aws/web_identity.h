// Credentials for a token that somebody else vouches for: pods of Kubernetes, jobs of CI services.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#pragma once

#include <string>
#include <string_view>

#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// AWS_WEB_IDENTITY_TOKEN_FILE, read anew each time, and AWS_ROLE_ARN; AWS_ROLE_SESSION_NAME ("vdp" where it is not
/// set). Asks the STS of AWS_REGION or AWS_DEFAULT_REGION, the global one without, or AWS_ENDPOINT_URL_STS.
class WebIdentity final : public CredentialProvider {
 public:
  WebIdentity(EnvironmentLookup environment, FileReader read_file, HttpSender send)
      : environment_(std::move(environment)), read_file_(std::move(read_file)), send_(std::move(send)) {}
  Result<Credentials> get() override;

 private:
  Result<Secret> form(const std::string& token_file) const;

  EnvironmentLookup environment_;
  FileReader read_file_;
  HttpSender send_;
};

/// The endpoint of STS that these variables mean.
Result<Url> sts_endpoint(const EnvironmentLookup& environment);

/// The answer to AssumeRoleWithWebIdentity. `corrupt` for anything but one whole set of temporary credentials.
Result<Credentials> parse_assumed_role(std::string_view xml);

}  // namespace vdp::aws
