// Signs what a script says, so that a test in Python can set the signer against botocore's. Reads a JSON list of
// requests from standard input; prints a JSON list of {"target", "headers"} or {"error", "message"}.
// Everything that may hold bytes that are no UTF-8 (path, query) comes in base64.
#include <iostream>
#include <iterator>

#include "base/base64.h"
#include "base/json.h"
#include "net/aws/sigv4.h"

namespace vdp::aws {
namespace {

std::string decoded(const Json& text) { return std::string(as_text(base64_decode(text.get<std::string>()).value())); }

Credentials credentials_of(const Json& step) {
  Credentials credentials;
  credentials.access_key_id = step.at("access_key_id");
  credentials.secret_access_key = Secret(step.at("secret_access_key").get<std::string>());
  if (step.contains("session_token")) credentials.session_token = Secret(step.at("session_token").get<std::string>());
  return credentials;
}

UnsignedRequest request_of(const Json& step) {
  UnsignedRequest request;
  request.method = step.at("method");
  request.host = step.at("host");
  request.path = decoded(step.at("path"));
  for (const Json& pair : step.at("query")) request.query.emplace_back(decoded(pair[0]), decoded(pair[1]));
  for (const Json& pair : step.at("headers")) request.headers.add(pair[0], pair[1]);
  if (step.contains("payload_sha256")) request.payload_sha256 = step.at("payload_sha256");
  return request;
}

Json failed(const Error& error) { return {{"error", to_string(error.kind)}, {"message", error.text()}}; }

Json run(const Json& step) {
  const Credentials credentials = credentials_of(step);
  const UnsignedRequest request = request_of(step);
  const SigningScope scope{step.at("region"), step.at("service")};
  const TimestampUs now_us = step.at("now_us");
  const Result<SignedRequest> done = sign(request, credentials, scope, now_us);
  if (!done) return failed(done.error());
  Json headers = Json::object();
  for (const auto& [name, value] : done->headers) headers[name] = value;
  for (const auto& [name, value] : done->credentials) headers[name] = value.reveal();
  return {{"target", done->query ? done->path + "?" + *done->query : done->path}, {"headers", headers}};
}

}  // namespace
}  // namespace vdp::aws

int main() {
  try {
    const std::string text((std::istreambuf_iterator<char>(std::cin)), {});
    vdp::Json answers = vdp::Json::array();
    for (const vdp::Json& step : vdp::Json::parse(text)) answers.push_back(vdp::aws::run(step));
    std::cout << answers.dump() << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bad script: " << error.what() << "\n";
    return 2;
  }
}
