// Temporary keys for the buckets of NASA's archives, from the endpoint "s3credentials" of each archive.
// https://archive.podaac.earthdata.nasa.gov/s3credentialsREADME
#pragma once

#include <optional>
#include <string>

#include "net/aws/credentials.h"
#include "net/aws/earthdata_login.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// Asks `endpoint` with the token of EARTHDATA_TOKEN, else with that of `secret`; without one, logs in as `secret` or
/// the netrc file says for Earthdata Login (urs.earthdata.nasa.gov): the endpoint sends there, the login is proven
/// there, and its answer leads back. What comes from the secret and is refused is fetched again, once.
///
/// The token goes to the endpoint's own scheme, host and port, the password to Earthdata Login, and a cookie to who set
/// it. A redirect to anywhere else is `denied`. `not_found` where there is neither a token nor a login.
class EarthdataCredentials final : public CredentialProvider {
 public:
  /// `secret`: none where no secret of AWS is looked at.
  EarthdataCredentials(Url endpoint, EnvironmentLookup environment, FileReader read_file, HttpSender send,
                       EarthdataSecretPtr secret = nullptr)
      : endpoint_(std::move(endpoint)),
        environment_(std::move(environment)),
        read_file_(std::move(read_file)),
        send_(std::move(send)),
        secret_(std::move(secret)) {}
  Result<Credentials> get() override;

 private:
  /// A token or a login, as the header that proves it, and where it came from.
  struct Proof {
    CredentialHeader header;
    std::string place;
    bool is_token = false;
    bool is_of_secret = false;
  };

  Result<Proof> find_proof() const;
  Result<std::optional<Proof>> find_in_secret() const;
  Result<HttpResponse> prove(const Proof& proof) const;
  Result<HttpResponse> ask_with_token(const Proof& proof) const;
  Result<HttpResponse> log_in(const Proof& proof) const;
  Result<HttpResponse> ask(const HttpRequest& request) const;

  Url endpoint_;
  EnvironmentLookup environment_;
  FileReader read_file_;
  HttpSender send_;
  EarthdataSecretPtr secret_;
};

}  // namespace vdp::aws
