// What became of a transfer: libcurl's codes as kinds of error.
#include <fmt/format.h>

#include "net/transfer.h"

namespace vdp {
namespace {

ErrorKind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return ErrorKind::invalid;
    case CURLE_PEER_FAILED_VERIFICATION:
      return ErrorKind::denied;
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer without a status line: "HTTP/0.9"
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorKind::corrupt;
    case CURLE_NOT_BUILT_IN:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_FAILED_INIT:
      return ErrorKind::internal;
    default:
      return ErrorKind::transient;  // no name, no connection, a cut or truncated answer, a timeout, broken TLS
  }
}

}  // namespace

std::string Transfer::place() const { return fmt::format("{} {}", to_string(request_.method), url_.without_query()); }

/// Once the request was begun and no whole answer came, nobody here knows whether it took effect.
Failure Transfer::failure(ErrorKind kind, std::string message) const {
  const bool unknown = request_begun_ && request_.may_have_effect;
  return std::unexpected(within(place(), Error{unknown ? ErrorKind::outcome_unknown : kind, std::move(message), {}}));
}

void Transfer::finish(CURLcode code) {
  long connections = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connections);
  counts_.connections = static_cast<std::uint64_t>(connections);
  result_ = outcome(code);
}

Result<HttpResponse> Transfer::outcome(CURLcode code) {
  if (code != CURLE_OK && given_up_) return failure(given_up_->kind, given_up_->message);
  if (code != CURLE_OK) {
    const bool has_details = curl_message_[0] != '\0';
    return failure(kind_of(code), has_details ? curl_message_.data() : curl_easy_strerror(code));
  }
  // libcurl takes a connection that ends among the headers for a whole answer.
  if (!headers_complete_) return failure(ErrorKind::transient, "the connection was closed within the answer's headers");
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (auto partial = check_partial_content(); !partial) {
    return failure(partial.error().kind, std::move(partial.error().message));
  }
  return std::move(response_);
}

/// A 206 must be of the range that was asked for; it may end early only where the object does.
Status Transfer::check_partial_content() const {
  if (response_.status != 206 || request_.method != HttpMethod::get) return {};
  if (!request_.range) return corrupt("206 (a part of the object) where all of it was asked for");
  const auto field = response_.headers.find("Content-Range");
  const auto answered = field ? parse_content_range(*field) : std::nullopt;
  if (!answered) {
    return corrupt(
        fmt::format("206 with the Content-Range \"{}\", expected \"bytes FIRST-LAST/SIZE\"", field.value_or("")));
  }
  const std::uint64_t asked_last = request_.range->offset + request_.range->length - 1;
  const bool ends_right =
      answered->last == asked_last || (answered->last < asked_last && answered->object_size == answered->last + 1);
  if (answered->first != request_.range->offset || !ends_right) {
    return corrupt(
        fmt::format("bytes {}-{} were asked for, \"{}\" was answered", request_.range->offset, asked_last, *field));
  }
  const std::uint64_t length = answered->last - answered->first + 1;
  if (response_.body.size() != length) {
    return fail(ErrorKind::transient,
                fmt::format("Content-Range \"{}\" has {} bytes, {} came", *field, length, response_.body.size()));
  }
  return {};
}

}  // namespace vdp
