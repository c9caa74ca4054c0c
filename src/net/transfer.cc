#include "net/transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/checked.h"
#include "net/redirect.h"

namespace vdp {
namespace {

constexpr std::size_t max_header_bytes = 64 * 1024;
constexpr std::uint64_t max_error_body_bytes = 64 * 1024;
constexpr std::uint64_t max_reserved_bytes = 1024 * 1024;  // a declared length is only a claim

void append(CurlList& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list.release();
  list.reset(longer);
}

/// libcurl's own notation: "Name;" is a header without a value, "Name:" would be one that is left out.
void append_header(CurlList& list, const std::string& name, const std::string& value) {
  std::string line = value.empty() ? name + ";" : name + ": " + value;
  append(list, line);
  explicit_bzero(line.data(), line.size());
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool has_body(HttpMethod method) { return method == HttpMethod::put || method == HttpMethod::post; }

}  // namespace

void CurlListFree::operator()(curl_slist* list) const {
  for (curl_slist* item = list; item != nullptr; item = item->next) explicit_bzero(item->data, std::strlen(item->data));
  curl_slist_free_all(list);
}

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::head:
      return "HEAD";
    case HttpMethod::put:
      return "PUT";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::del:
      return "DELETE";
  }
  return "GET";
}

Transfer::Transfer(const HttpRequest& request, Url url, const HttpClientOptions& options)
    : request_(request), url_(std::move(url)), options_(options) {}

Status Transfer::check() const {
  // The URL is written into the request as it is: one that was put together by hand must not forge anything.
  if (const auto parsed = parse_url(url_.text()); !parsed || *parsed != url_) {
    return invalid("the URL is none that parse_url makes");
  }
  VDP_TRY(options_.policy.check_url(url_));
  for (const HttpHeader& header : request_.headers) VDP_TRY(check_header(header.name, header.value));
  for (const CredentialHeader& header : request_.credentials) {
    VDP_TRY(check_header(header.name, header.value.reveal()));
  }
  if (!request_.body.empty() && !has_body(request_.method)) {
    return invalid(fmt::format("a {} with a body of {} bytes", to_string(request_.method), request_.body.size()));
  }
  if (!request_.range) return {};
  if (request_.range->length == 0) return invalid("a range of no bytes");
  if (!checked_add(request_.range->offset, request_.range->length)) {
    return invalid(
        fmt::format("{} bytes from byte {}: beyond 64 bits", request_.range->length, request_.range->offset));
  }
  return {};
}

void Transfer::configure(CURL* easy) {
  easy_ = easy;
  started_ = std::chrono::steady_clock::now();
  response_.url = url_;
  headers_ = header_list();
  for (const std::string& entry : options_.resolve) append(resolve_, entry);
  configure_protocol();
  configure_method();
  configure_callbacks();
}

void Transfer::configure_protocol() {
  curl_easy_setopt(easy_, CURLOPT_URL, url_.text().c_str());
  // The bytes of path and query as they were signed, whatever libcurl would make of them.
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_REQUEST_TARGET, url_.target().c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  curl_easy_setopt(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  // A proxy would connect in our place, past the address policy.
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.timeouts.connect.count()));
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeouts.total.count()));
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.get());
  if (resolve_) curl_easy_setopt(easy_, CURLOPT_RESOLVE, resolve_.get());
}

void Transfer::configure_method() {
  if (has_body(request_.method)) {
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  } else if (request_.method == HttpMethod::head) {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  }
  if (request_.method == HttpMethod::post || request_.method == HttpMethod::del) {
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, std::string(to_string(request_.method)).c_str());
  }
}

void Transfer::configure_callbacks() {
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, curl_message_.data());
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &Transfer::before_request);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::send_body);
  curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &Transfer::seek_body);
  curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::receive_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::receive_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
}

CurlList Transfer::header_list() const {
  const bool at_home = url_.origin() == request_.url.origin();
  CurlList list;
  for (const HttpHeader& header : request_.headers) {
    if (at_home || !is_credential_header(header.name)) append_header(list, header.name, header.value);
  }
  if (at_home) {
    for (const CredentialHeader& header : request_.credentials) {
      append_header(list, header.name, header.value.reveal());
    }
  }
  if (request_.range) {
    const std::uint64_t last = request_.range->offset + request_.range->length - 1;
    append_header(list, "Range", fmt::format("bytes={}-{}", request_.range->offset, last));
  }
  // Ranges are of the object as it is stored, and so is everything else that is read.
  if (!request_.headers.contains("Accept-Encoding")) append_header(list, "Accept-Encoding", "identity");
  append(list, "Expect:");  // left out: waiting for "100 Continue" costs a round trip
  if (!request_.headers.contains("Content-Type")) append(list, "Content-Type:");  // libcurl's guess is none of ours
  return list;
}

curl_socket_t Transfer::open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (auto allowed = transfer.options_.policy.check_address(transfer.url_, address->addr); !allowed) {
    transfer.give_up(allowed.error().kind, std::move(allowed.error().message));
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Called each time a request is about to be written to a connection, also when libcurl repeats it on a new connection
/// because the kept one turned out to be dead. Whether the server read the first one is not known then.
int Transfer::before_request(void* user, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.request_begun_ && transfer.request_.may_have_effect) {
    transfer.give_up(ErrorKind::outcome_unknown, "the connection was closed before an answer came");
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.request_begun_ = true;
  transfer.given_up_.reset();  // an address was refused, but the next one of the name was not
  ++transfer.counts_.requests;
  transfer.last_sent_ = transfer.window_begin_ = std::chrono::steady_clock::now();
  return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::send_body(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const ByteView body = transfer.request_.body;
  const std::size_t length = std::min(size * count, body.size() - transfer.body_sent_);
  if (length != 0) std::memcpy(buffer, body.data() + transfer.body_sent_, length);
  transfer.body_sent_ += length;
  transfer.counts_.bytes_sent += length;
  return length;
}

int Transfer::seek_body(void* user, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (origin != SEEK_SET || offset < 0 || static_cast<std::uint64_t>(offset) > transfer.request_.body.size()) {
    return CURL_SEEKFUNC_FAIL;
  }
  transfer.body_sent_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t Transfer::receive_header(char* data, std::size_t size, std::size_t count, void* user) try {
  auto& transfer = *static_cast<Transfer*>(user);
  return transfer.take_header_line({data, size * count}) ? size * count : 0;
} catch (const std::bad_alloc&) {
  return 0;
}

bool Transfer::take_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > max_header_bytes) {
    give_up(ErrorKind::limit, fmt::format("an answer with more than {} bytes of headers", max_header_bytes));
    return false;
  }
  if (line.starts_with("HTTP/")) {  // of an interim answer (1xx), then of the final one
    response_.headers.clear();
    headers_complete_ = false;
    window_begin_ = std::chrono::steady_clock::now();
    return true;
  }
  if (headers_complete_) return true;  // trailers are not looked at
  const std::size_t colon = line.find(':');
  if (trimmed(line).empty()) {
    headers_complete_ = true;
  } else if (colon != std::string_view::npos) {
    response_.headers.add(std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1))));
  }
  return true;
}

std::size_t Transfer::receive_body(char* data, std::size_t size, std::size_t count, void* user) try {
  auto& transfer = *static_cast<Transfer*>(user);
  return transfer.take_body(as_bytes({data, size * count})) ? size * count : 0;
} catch (const std::bad_alloc&) {
  static_cast<Transfer*>(user)->give_up(ErrorKind::limit, "no memory for the answer");
  return 0;
}

std::uint64_t Transfer::body_limit() const {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 300) return std::max(request_.max_body_bytes, max_error_body_bytes);
  return status == 206 && request_.range ? request_.range->length : request_.max_body_bytes;
}

bool Transfer::take_body(ByteView bytes) {
  Bytes& body = response_.body;
  const std::uint64_t limit = body_limit();
  curl_off_t declared = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &declared);
  const std::uint64_t length = std::max(static_cast<std::uint64_t>(std::max<curl_off_t>(declared, 0)),
                                        std::uint64_t{body.size()} + bytes.size());
  if (length > limit) {
    give_up(ErrorKind::limit, fmt::format("an answer of at least {} bytes, at most {} are allowed", length, limit));
    return false;
  }
  if (body.empty()) body.reserve(std::min(length, max_reserved_bytes));
  body.insert(body.end(), bytes.begin(), bytes.end());
  counts_.bytes_received += bytes.size();
  return true;
}

bool Transfer::is_overdue(TimePoint now) {
  if (now - started_ >= request_.timeouts.total) {
    give_up(ErrorKind::transient, fmt::format("no complete answer within {} ms", request_.timeouts.total.count()));
    return true;
  }
  return request_begun_ && is_stalled(now);
}

bool Transfer::is_stalled(TimePoint now) {
  const HttpTimeouts& timeouts = request_.timeouts;
  if (header_bytes_ == 0) {
    if (body_sent_ != seen_sent_) last_sent_ = now;
    seen_sent_ = body_sent_;
    if (now - last_sent_ < timeouts.first_byte) return false;
    give_up(ErrorKind::transient, fmt::format("no answer began within {} ms", timeouts.first_byte.count()));
    return true;
  }
  if (now - window_begin_ < timeouts.low_speed) return false;
  const std::uint64_t received = header_bytes_ + response_.body.size();
  if (received - window_bytes_ < timeouts.low_speed_bytes) {
    give_up(ErrorKind::transient,
            fmt::format("{} bytes of the answer came within {} ms, at least {} are expected", received - window_bytes_,
                        timeouts.low_speed.count(), timeouts.low_speed_bytes));
    return true;
  }
  window_begin_ = now;
  window_bytes_ = received;
  return false;
}

void Transfer::give_up(ErrorKind kind, std::string message) {
  if (!given_up_) given_up_ = Error{kind, std::move(message), {}};
}

}  // namespace vdp
