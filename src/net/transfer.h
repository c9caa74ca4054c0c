// Transfer: one exchange of a request and its answer on one libcurl handle.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/http_client.h"

namespace vdp {

struct CurlListFree {
  void operator()(curl_slist* list) const;  ///< wipes the texts: headers carry secrets
};
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;

/// Stays where it is from configure() to finish(), as libcurl holds pointers to it. Used by one thread.
class Transfer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Sends `request` to `url`, which is its own unless a redirect led elsewhere. All are owned by the caller.
  Transfer(const HttpRequest& request, Url url, const HttpClientOptions& options);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// What can be told before anything is sent: headers, range, port.
  Status check() const;
  /// Sets all options of a fresh or reset handle.
  void configure(CURL* easy);
  /// Whether a timeout that libcurl does not know has passed; the transfer is then to be finished.
  bool is_overdue(TimePoint now);
  /// Takes the outcome from the handle, once.
  void finish(CURLcode code);
  /// For a failure outside of the exchange itself.
  void finish_with(Error error) { result_ = std::unexpected(std::move(error)); }

  bool is_finished() const { return result_.has_value(); }
  Result<HttpResponse> take_result() { return std::move(*result_); }
  const HttpCounts& counts() const { return counts_; }

 private:
  // Callbacks of libcurl; `user` is the transfer. They let no exception out.
  static curl_socket_t open_socket(void* user, curlsocktype purpose, curl_sockaddr* address);
  static int before_request(void* user, char*, char*, int, int);
  static std::size_t send_body(char* buffer, std::size_t size, std::size_t count, void* user);
  static int seek_body(void* user, curl_off_t offset, int origin);
  static std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* user);
  static std::size_t receive_body(char* data, std::size_t size, std::size_t count, void* user);

  void configure_protocol();
  void configure_method();
  void configure_callbacks();
  CurlList header_list() const;

  bool take_header_line(std::string_view line);
  bool take_body(ByteView bytes);
  std::uint64_t body_limit() const;
  bool is_stalled(TimePoint now);

  /// Notes why the transfer is given up; the first reason stays.
  void give_up(ErrorKind kind, std::string message);
  Result<HttpResponse> outcome(CURLcode code);
  Status check_partial_content() const;
  Failure failure(ErrorKind kind, std::string message) const;
  std::string place() const;  ///< "GET https://host/path"

  const HttpRequest& request_;
  const Url url_;
  const HttpClientOptions& options_;

  CURL* easy_ = nullptr;
  CurlList headers_;
  CurlList resolve_;
  std::array<char, CURL_ERROR_SIZE> curl_message_{};

  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool headers_complete_ = false;
  std::size_t body_sent_ = 0;
  bool request_begun_ = false;  ///< from here on it may have an effect
  std::optional<Error> given_up_;

  TimePoint started_;
  TimePoint last_sent_;  ///< when the request was last seen to advance
  std::size_t seen_sent_ = 0;
  TimePoint window_begin_;  ///< of the span that low_speed looks at
  std::uint64_t window_bytes_ = 0;

  HttpCounts counts_;
  std::optional<Result<HttpResponse>> result_;
};

}  // namespace vdp
