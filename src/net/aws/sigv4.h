// AWS Signature Version 4: the headers that prove who sends a request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// Pure functions of their arguments: no clock, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "net/aws/canonical_request.h"
#include "net/aws/credentials.h"
#include "net/http_message.h"

namespace vdp::aws {

/// In place of a payload's hash: the body is not signed. For S3 over TLS.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
/// The SHA-256 of no bytes.
inline constexpr std::string_view empty_payload_sha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What the signature is good for.
struct SigningScope {
  std::string region;   ///< "us-east-1"
  std::string service;  ///< "s3", "sqs", "sts"
};

/// A request before it is encoded. Encoding is the signer's, so that what is signed is what is sent.
struct UnsignedRequest {
  std::string method = "GET";
  std::string host;        ///< as in the Host header: lower case, with the port where that is not the scheme's
  std::string path = "/";  ///< not encoded; "/" and the key, or "/", bucket, "/" and the key
  std::vector<QueryParameter> query;
  HttpHeaders headers;  ///< those to be signed; never Host, Authorization or what the signer itself adds
  std::string payload_sha256 = std::string(empty_payload_sha256);  ///< 64 hexadecimal digits, or unsigned_payload
};

struct SignedRequest {
  /// To be sent byte for byte: a client that squashes "//" or "/../" breaks the signature.
  std::string path;
  std::optional<std::string> query;
  HttpHeaders headers;                        ///< to be sent beside those of the request
  std::vector<CredentialHeader> credentials;  ///< too: Authorization, and X-Amz-Security-Token where there is a token
};

/// `invalid` for a request or credentials that no header can hold; no error tells a secret.
Result<SignedRequest> sign(const UnsignedRequest& request, const Credentials& credentials, const SigningScope& scope,
                           TimestampUs now_us);

}  // namespace vdp::aws
