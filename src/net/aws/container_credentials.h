// Credentials that a container gets from its host: ECS tasks and EKS pods.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (of ECS) or AWS_CONTAINER_CREDENTIALS_FULL_URI, with the authorization of
/// AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, which is read anew each time, or of AWS_CONTAINER_AUTHORIZATION_TOKEN.
/// Over http only loopback and the fixed addresses of ECS and EKS are asked; others are `denied`.
class ContainerCredentials final : public CredentialProvider {
 public:
  ContainerCredentials(EnvironmentLookup environment, FileReader read_file, HttpSender send)
      : environment_(std::move(environment)), read_file_(std::move(read_file)), send_(std::move(send)) {}
  Result<Credentials> get() override;

 private:
  Result<Url> url() const;
  Result<Secret> authorization() const;

  EnvironmentLookup environment_;
  FileReader read_file_;
  HttpSender send_;
};

}  // namespace vdp::aws
