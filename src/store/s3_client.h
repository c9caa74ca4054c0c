// S3Client: requests to one bucket, signed, sent again where that is safe, and their errors in words.
// https://docs.aws.amazon.com/AmazonS3/latest/API/
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/aws/canonical_request.h"
#include "net/aws/credentials.h"
#include "store/http_exchange.h"
#include "store/s3_location.h"

namespace vdp {

/// A request before it is encoded and signed.
struct S3Request {
  HttpMethod method = HttpMethod::get;
  std::string key;  ///< the whole key, not encoded; empty: the bucket itself
  std::vector<aws::QueryParameter> query;
  HttpHeaders headers;
  ByteView body;  ///< owned by the caller until the answer is there
  std::optional<HttpRange> range;
  std::uint64_t max_body_bytes = 2ULL << 30;
  bool may_have_effect = false;  ///< see HttpRequest
};

struct S3ClientOptions {
  std::string region = "us-east-1";
  aws::CredentialProviderPtr credentials;  ///< none: requests are not signed
  bool requester_pays = false;
};

/// Safe from all threads.
class S3Client {
 public:
  S3Client(S3Bucket bucket, S3ClientOptions options, HttpExchange exchange)
      : bucket_(std::move(bucket)), options_(std::move(options)), exchange_(std::move(exchange)) {}

  Result<HttpResponse> send(const S3Request& request);
  std::vector<Result<HttpResponse>> send_all(std::span<const S3Request> requests);
  Result<HttpResponse> send_once(const S3Request& request);
  HttpExchange& exchange() { return exchange_; }

  /// The error that an answer is, whose status is none of success: its kind, and what the server says. A server that
  /// repeats our secrets is not repeated.
  Error error_of(const HttpResponse& response) const;
  /// The answer where it is one of success (2xx), else its error.
  Result<HttpResponse> success_of(Result<HttpResponse> response) const;

 private:
  Result<HttpRequest> make(const S3Request& request) const;
  void mask_secrets(std::string& text) const;

  S3Bucket bucket_;
  S3ClientOptions options_;
  HttpExchange exchange_;
};

/// What the body of an error says.
struct S3Error {
  std::string code;     ///< "NoSuchKey"; empty where the body has none
  std::string message;  ///< for people, shortened
};
S3Error parse_s3_error(ByteView body);

}  // namespace vdp
