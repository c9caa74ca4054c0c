#include "store/s3_conditional_write.h"

#include <fmt/format.h>

#include <optional>
#include <pugixml.hpp>

#include "net/http_date.h"

namespace vdp {
namespace {

bool is_success(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

/// A PUT answers it in a header, the completion of an upload in its body.
Result<std::string> etag_of(const HttpResponse& response) {
  if (const auto etag = response.headers.find("ETag")) return std::string(*etag);
  pugi::xml_document document;
  document.load_buffer(response.body.data(), response.body.size(), pugi::parse_minimal | pugi::parse_escapes);
  const std::string etag = document.child("CompleteMultipartUploadResult").child_value("ETag");
  if (etag.empty()) return corrupt("the answer to a write has no ETag");
  return etag;
}

bool is_refusal(const HttpResponse& answer) {
  return answer.status == 429 || (answer.status == 503 && parse_s3_error(answer.body).code == "SlowDown");
}

class Attempts {
 public:
  Attempts(S3Client& client, const ConditionalWrite& write) : client_(client), write_(write) {}

  Result<ObjectInfo> run() {
    Backoff backoff(client_.exchange().retry_policy(), client_.exchange().random());
    while (true) {
      const auto answer = client_.send_once(write_.request);
      // The completion of an upload in parts answers before it is done, so that an error can follow a 200.
      if (answer && is_success(*answer) && parse_s3_error(answer->body).code.empty()) {
        return written_object(*answer, write_.size);
      }
      const Error problem = answer ? problem_of(*answer) : answer.error();
      const bool is_over = note(answer, problem);
      if (may_have_landed_) {
        VDP_ASSIGN(const auto landed, find_ours());
        if (landed) return *landed;
      }
      if (is_over || !client_.exchange().wait_for_retry(backoff, answer ? retry_after_us(*answer) : 0)) {
        return may_have_landed_ ? unknown(problem) : std::unexpected(problem);
      }
    }
  }

 private:
  Error problem_of(const HttpResponse& answer) const {
    Error problem = is_success(answer) ? Error{ErrorKind::transient, parse_s3_error(answer.body).code, {}}
                                       : client_.error_of(answer);
    // What is to be replaced is not there: a condition that does not hold, like any other.
    const bool is_missing = problem.kind == ErrorKind::not_found && parse_s3_error(answer.body).code == "NoSuchKey";
    if (is_missing && write_.condition.kind == PutCondition::Kind::replace_only) problem.kind = ErrorKind::conflict;
    return problem;
  }

  /// Whether no further attempt can help; and notes whether this one may have landed.
  bool note(const Result<HttpResponse>& answer, const Error& problem) {
    if (problem.kind == ErrorKind::outcome_unknown) {
      may_have_landed_ = true;
      return false;
    }
    if (problem.kind != ErrorKind::transient) return true;
    // Without an answer nothing was sent; a server that fails may have done it before, but one that says that it is
    // busy has not begun.
    may_have_landed_ |= answer && !is_refusal(*answer);
    return false;
  }

  /// The object, if its id says that it is ours; nothing where another attempt could do no harm. Fails where nobody
  /// can tell any more what became of ours, and with `conflict` where it did not land.
  Result<std::optional<ObjectInfo>> find_ours() {
    using Kind = PutCondition::Kind;
    S3Request head;
    head.method = HttpMethod::head;
    head.key = write_.request.key;
    const auto answer = client_.send(head);
    if (!answer) return unknown(answer.error());
    if (answer->status == 404) {
      if (write_.condition.kind != Kind::replace_only) return std::nullopt;
      return unknown({ErrorKind::not_found, "the object that was to be replaced is gone", {}});
    }
    if (!is_success(*answer)) return unknown(client_.error_of(*answer));
    if (answer->headers.find(write_id_header) == write_.write_id) {
      VDP_ASSIGN(ObjectInfo ours, written_object(*answer, write_.size));
      return ours;
    }
    if (write_.condition.kind == Kind::always) return std::nullopt;
    // Whoever creates finds nothing there: as somebody else's object is there, ours was not before it.
    if (write_.condition.kind == Kind::create_only) return conflict("the object exists already");
    if (answer->headers.find("ETag") == write_.condition.etag) return std::nullopt;
    return unknown({ErrorKind::conflict, "somebody else has replaced the object, or ours on top of it", {}});
  }

  static Failure unknown(const Error& why) {
    return fail(ErrorKind::outcome_unknown,
                fmt::format("a write was sent, and whether it took effect could not be found out: {}", why.text()));
  }

  S3Client& client_;
  const ConditionalWrite& write_;
  bool may_have_landed_ = false;  ///< one of the attempts, or it may land yet
};

}  // namespace

std::string make_write_id(Random& random) {
  std::uint8_t bytes[16];
  random.fill(bytes);
  std::string id;
  for (const std::uint8_t byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

void add_condition(HttpHeaders& headers, const PutCondition& condition) {
  if (condition.kind == PutCondition::Kind::create_only) headers.add("If-None-Match", "*");
  if (condition.kind == PutCondition::Kind::replace_only) headers.add("If-Match", condition.etag);
}

Result<ObjectInfo> write_conditionally(S3Client& client, const ConditionalWrite& write) {
  return Attempts(client, write).run();
}

Result<ObjectInfo> written_object(const HttpResponse& response, std::uint64_t size) {
  ObjectInfo info;
  info.size = size;
  VDP_ASSIGN(info.etag, etag_of(response));
  const auto date = response.headers.find(response.headers.contains("Last-Modified") ? "Last-Modified" : "Date");
  const auto date_us = date ? parse_http_date(*date) : std::nullopt;
  info.last_modified_us = date_us.value_or(system_clock().now_us());
  return info;
}

}  // namespace vdp
