// Temporary keys for the buckets of NASA's archives, from the endpoint "s3credentials" of each archive.
// https://archive.podaac.earthdata.nasa.gov/s3credentialsREADME
#pragma once

#include <map>
#include <string>

#include "net/aws/credentials.h"
#include "net/aws/surroundings.h"

namespace vdp::aws {

/// Asks `endpoint` with the token of EARTHDATA_TOKEN; without one, logs in as the netrc file says for Earthdata Login
/// (urs.earthdata.nasa.gov): the endpoint sends there, the login is proven there, and its answer leads back.
///
/// The token goes to the endpoint's own scheme, host and port, the password to Earthdata Login, and a cookie to who set
/// it. A redirect to anywhere else is `denied`. `not_found` where there is neither a token nor a login.
class EarthdataCredentials final : public CredentialProvider {
 public:
  EarthdataCredentials(Url endpoint, EnvironmentLookup environment, FileReader read_file, HttpSender send)
      : endpoint_(std::move(endpoint)),
        environment_(std::move(environment)),
        read_file_(std::move(read_file)),
        send_(std::move(send)) {}
  Result<Credentials> get() override;

 private:
  Result<HttpResponse> ask_with_token() const;
  Result<HttpResponse> log_in() const;
  Result<HttpResponse> ask(const HttpRequest& request) const;

  Url endpoint_;
  EnvironmentLookup environment_;
  FileReader read_file_;
  HttpSender send_;
};

}  // namespace vdp::aws
