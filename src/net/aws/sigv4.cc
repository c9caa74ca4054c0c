#include "net/aws/sigv4.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "base/sha256.h"

namespace vdp::aws {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

using Digest = std::array<std::uint8_t, 32>;

Digest hmac_sha256(ByteView key, std::string_view message) {
  Digest digest;
  unsigned size = 0;
  const ByteView bytes = as_bytes(message);
  // Fails only without memory or with a broken installation of OpenSSL.
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), digest.data(), &size) ==
          nullptr ||
      size != digest.size()) {
    std::abort();
  }
  return digest;
}

/// "20150830T123600Z"
std::string basic_timestamp(TimestampUs now_us) {
  using namespace std::chrono;
  const auto instant = floor<seconds>(sys_time<microseconds>(microseconds(now_us)));
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", int(date.year()), unsigned(date.month()), unsigned(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

/// One signature in the making: the time, and the scope that goes with it.
class Signing {
 public:
  Signing(const Credentials& credentials, const SigningScope& scope, TimestampUs now_us)
      : credentials_(credentials), scope_(scope), timestamp_(basic_timestamp(now_us)) {}

  const std::string& timestamp() const { return timestamp_; }
  /// The access key and what it signs for: "AKID/20150830/us-east-1/s3/aws4_request".
  std::string credential() const { return credentials_.access_key_id + "/" + scope_text(); }

  std::string signature(std::string_view canonical_request) const {
    const std::string to_sign =
        fmt::format("{}\n{}\n{}\n{}", algorithm, timestamp_, scope_text(), sha256_hex(as_bytes(canonical_request)));
    Digest key = signing_key();
    std::string hex;
    for (const std::uint8_t byte : hmac_sha256(key, to_sign)) hex += fmt::format("{:02x}", byte);
    OPENSSL_cleanse(key.data(), key.size());
    return hex;
  }

 private:
  std::string_view date() const { return std::string_view(timestamp_).substr(0, 8); }
  std::string scope_text() const { return fmt::format("{}/{}/{}/aws4_request", date(), scope_.region, scope_.service); }

  Digest signing_key() const {
    std::string secret = "AWS4";
    secret += credentials_.secret_access_key.reveal();
    Digest key = hmac_sha256(as_bytes(secret), date());
    OPENSSL_cleanse(secret.data(), secret.size());
    for (const std::string_view part :
         {std::string_view(scope_.region), std::string_view(scope_.service), std::string_view("aws4_request")}) {
      key = hmac_sha256(key, part);
    }
    return key;
  }

  const Credentials& credentials_;
  const SigningScope& scope_;
  std::string timestamp_;
};

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_payload_hash(std::string_view hash) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return hash == unsigned_payload || (hash.size() == 64 && std::ranges::all_of(hash, is_digit));
}

bool is_scope_part(std::string_view text) { return !text.empty() && is_visible_ascii(text) && !text.contains('/'); }

/// Everything that goes into a line of its own or into a header: a line feed in it would sign another request.
Status check(const UnsignedRequest& request, const Credentials& credentials, const SigningScope& scope,
             TimestampUs now_us) {
  if (request.method.empty() || !std::ranges::all_of(request.method, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return invalid("the method to sign is not of upper-case letters");
  }
  if (request.host.empty() || !is_visible_ascii(request.host)) return invalid("the host to sign for is empty or odd");
  if (!request.path.starts_with('/')) return invalid("the path to sign does not begin with '/'");
  if (!is_payload_hash(request.payload_sha256)) return invalid("the hash of the payload is no lower-case SHA-256");
  if (!is_scope_part(scope.region)) return invalid("the region to sign for is empty or odd: set AWS_REGION");
  if (!is_scope_part(scope.service)) return invalid("the service to sign for is empty or odd");
  if (credentials.access_key_id.empty() || !is_visible_ascii(credentials.access_key_id)) {
    return invalid("the access key id is empty, or holds what a header cannot");
  }
  if (credentials.session_token && !is_visible_ascii(credentials.session_token->reveal())) {
    return invalid("the session token holds what a header cannot");
  }
  // The date has four digits for the year.
  if (now_us < 0 || now_us >= TimestampUs{253402300800} * 1'000'000) return invalid("the time to sign at is no date");
  return {};
}

/// The caller's headers and Host. Those that the signer adds would be there twice.
Result<HttpHeaders> headers_with_host(const UnsignedRequest& request) {
  for (const char* name : {"Host", "Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"}) {
    if (request.headers.contains(name)) return invalid(fmt::format("header {} is set by the signer", name));
  }
  HttpHeaders headers = request.headers;
  headers.add("Host", request.host);
  return headers;
}

std::string canonical_request(const UnsignedRequest& request, const std::string& sent_path, const std::string& query,
                              const CanonicalHeaders& headers, std::string_view service, std::string_view payload) {
  // The lines of the headers end in a line feed each, and an empty line follows.
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(sent_path, service), query, headers.lines,
                     headers.signed_names, payload);
}

}  // namespace

Result<SignedRequest> sign(const UnsignedRequest& request, const Credentials& credentials, const SigningScope& scope,
                           TimestampUs now_us) {
  VDP_TRY(check(request, credentials, scope, now_us));
  const Signing signing(credentials, scope, now_us);

  SignedRequest result;
  result.headers.add("X-Amz-Date", signing.timestamp());
  if (scope.service == "s3") result.headers.add("X-Amz-Content-Sha256", request.payload_sha256);
  if (credentials.session_token) result.credentials.push_back({"X-Amz-Security-Token", *credentials.session_token});
  VDP_ASSIGN(HttpHeaders all, headers_with_host(request));
  for (const auto& [name, value] : result.headers) all.add(name, value);
  for (const auto& [name, value] : result.credentials) all.add(name, value.reveal());
  VDP_ASSIGN(const CanonicalHeaders headers, canonicalize(all));

  result.path = uri_encode(request.path, Slash::keep);
  const std::string query = encode_query(request.query);
  const std::string signature =
      signing.signature(canonical_request(request, result.path, query, headers, scope.service, request.payload_sha256));
  if (!query.empty()) result.query = query;
  result.credentials.push_back(
      {"Authorization", Secret(fmt::format("{} Credential={}, SignedHeaders={}, Signature={}", algorithm,
                                           signing.credential(), headers.signed_names, signature))});
  return result;
}

}  // namespace vdp::aws
