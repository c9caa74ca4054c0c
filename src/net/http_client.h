// HttpClient: sends requests, keeps connections, and says of each failure what may be done about it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/address_policy.h"
#include "net/http_message.h"

namespace vdp {

struct HttpClientOptions {
  AddressPolicy policy;           ///< default: public addresses only
  std::size_t max_parallel = 16;  ///< requests of one send_all that are under way at the same time
  std::string user_agent = "vdp";
  std::string ca_file;  ///< PEM file of trusted authorities; empty: the system's
  /// Fixed addresses of names, as "host:port:address"; they pass the address policy like any other.
  std::vector<std::string> resolve;
};

/// Since the client was made. Redirects and repeated attempts count, requests that were never sent do not.
struct HttpCounts {
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;  ///< that were opened
  std::uint64_t bytes_sent = 0;   ///< of bodies
  std::uint64_t bytes_received = 0;
};

/// Safe for use from several threads; connections are kept per origin and used again. TLS certificates are verified,
/// proxies and netrc of the environment are not used, and nothing is decompressed. Requests are not tried again
/// (libcurl repeats one without effect once its kept connection turns out to be dead).
///
/// Any status is an answer and no error. Errors: transient (no name, no connection, a timeout, a cut or truncated
/// answer), or outcome_unknown in its place for a request that may have had an effect; limit; denied (address policy,
/// redirect, certificate); invalid (headers, range); corrupt (no HTTP, or other bytes than were asked for).
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Result<HttpResponse> send(const HttpRequest& request);
  /// All of them, in parallel; results in the order of the requests.
  std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests);

  HttpCounts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vdp
