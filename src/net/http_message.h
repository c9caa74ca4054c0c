// HttpRequest and HttpResponse: what is asked over HTTP, and what is answered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "net/http_headers.h"
#include "net/secret.h"
#include "net/url.h"

namespace vdp {

enum class HttpMethod { get, head, put, post, del };

std::string_view to_string(HttpMethod method);  ///< "GET"

/// Each bounds a different way of hanging. They are watched every 100 ms or more often.
struct HttpTimeouts {
  std::chrono::milliseconds connect{10'000};     ///< name, TCP and TLS
  std::chrono::milliseconds first_byte{60'000};  ///< from the last byte that was sent to the first that is answered
  std::chrono::milliseconds low_speed{30'000};   ///< an answer must bring `low_speed_bytes` in each such span
  std::uint64_t low_speed_bytes = 1024;
  std::chrono::milliseconds total{600'000};  ///< of one exchange; a redirect begins another
};

/// Bytes `offset` to `offset + length - 1` of an object; `length` at least 1.
struct HttpRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// A header that tells who asks. It is sent to the scheme, host and port of the request's own URL and nowhere else.
struct CredentialHeader {
  std::string name;
  Secret value;
};

/// Which redirects of a GET or HEAD are followed, at most five in a row; never from https to http.
enum class RedirectRule {
  none,         ///< the 3xx answer is the answer
  same_origin,  ///< another host, port or scheme is `denied`
  any_host,     ///< elsewhere without credentials, and only where the address policy lets data point to
};

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  Url url;
  HttpHeaders headers;
  std::vector<CredentialHeader> credentials;
  ByteView body;  ///< of put and post; owned by the caller until the answer is there
  std::optional<HttpRange> range;
  /// Of the answer; more is a `limit` error. A 206 is bounded by its range instead, and an error's body by 64 KiB or
  /// this, whichever is more.
  std::uint64_t max_body_bytes = 64ULL << 20;
  HttpTimeouts timeouts;
  RedirectRule redirects = RedirectRule::none;
  /// The request changes something, and asking it twice is not the same as asking it once (a conditional PUT, a POST).
  /// It is then sent at most once, and where its answer is lost the error is `outcome_unknown`.
  bool may_have_effect = false;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  Bytes body;  ///< as it was sent: a content encoding is not undone
  Url url;     ///< who answered, after redirects
};

}  // namespace vdp
