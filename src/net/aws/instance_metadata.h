// Credentials that an EC2 instance has by its role, from its metadata service, version 2 (with session tokens) only.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
#pragma once

#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// http://169.254.169.254, or AWS_EC2_METADATA_SERVICE_ENDPOINT. `not_found` where AWS_EC2_METADATA_DISABLED is true,
/// where nothing answers (this is no instance), and where the instance has no role.
class InstanceMetadata final : public CredentialProvider {
 public:
  InstanceMetadata(EnvironmentLookup environment, HttpSender send)
      : environment_(std::move(environment)), send_(std::move(send)) {}
  Result<Credentials> get() override;

 private:
  Result<Secret> session_token(const Url& service) const;
  Result<HttpResponse> read(const Url& service, const std::string& path, const Secret& token) const;

  EnvironmentLookup environment_;
  HttpSender send_;
};

}  // namespace vdp::aws
