#include "store/s3_client.h"

#include <utility>

#include "base/sha256.h"
#include "net/aws/sigv4.h"

namespace vdp {

Result<HttpRequest> S3Client::make(const S3Request& request) const {
  HttpRequest made;
  made.method = request.method;
  made.url = bucket_.url;
  made.headers = request.headers;
  if (options_.requester_pays) made.headers.add("x-amz-request-payer", "requester");
  made.body = request.body;
  made.range = request.range;
  made.max_body_bytes = request.max_body_bytes;
  made.may_have_effect = request.may_have_effect;

  aws::UnsignedRequest to_sign;
  to_sign.method = std::string(to_string(request.method));
  to_sign.host = made.url.authority();
  to_sign.path = bucket_.path + "/" + request.key;
  if (request.key.empty() && !bucket_.path.empty()) to_sign.path = bucket_.path;
  to_sign.query = request.query;
  to_sign.headers = made.headers;
  if (!options_.credentials) {
    made.url.path = aws::uri_encode(to_sign.path, aws::Slash::keep);
    if (!request.query.empty()) made.url.query = aws::encode_query(request.query);
    return made;
  }
  if (!request.body.empty()) to_sign.payload_sha256 = sha256_hex(request.body);
  VDP_ASSIGN(const aws::Credentials credentials, options_.credentials->get());
  VDP_ASSIGN(aws::SignedRequest signed_request,
             aws::sign(to_sign, credentials, {options_.region, "s3"}, system_clock().now_us()));
  made.url.path = std::move(signed_request.path);
  made.url.query = std::move(signed_request.query);
  for (const HttpHeader& header : signed_request.headers) made.headers.add(header.name, header.value);
  made.credentials = std::move(signed_request.credentials);
  return made;
}

Result<HttpResponse> S3Client::send(const S3Request& request) {
  return exchange_.send([&] { return make(request); });
}

Result<HttpResponse> S3Client::send_once(const S3Request& request) {
  return exchange_.send_once([&] { return make(request); });
}

std::vector<Result<HttpResponse>> S3Client::send_all(std::span<const S3Request> requests) {
  std::vector<RequestMaker> makers;
  makers.reserve(requests.size());
  for (const S3Request& request : requests) {
    makers.emplace_back([this, &request] { return make(request); });
  }
  return exchange_.send_all(makers);
}

}  // namespace vdp
