// Credentials in environment variables.
#pragma once

#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. One of the first two without the other is `invalid`:
/// going on to the next place would act as somebody else.
class EnvironmentCredentials final : public CredentialProvider {
 public:
  explicit EnvironmentCredentials(EnvironmentLookup environment) : environment_(std::move(environment)) {}
  Result<Credentials> get() override;

 private:
  EnvironmentLookup environment_;
};

}  // namespace vdp::aws
