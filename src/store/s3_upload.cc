#include "store/s3_upload.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

#include "base/base64.h"
#include "base/checked.h"
#include "base/log.h"
#include "base/sha256.h"
#include "net/percent_encoding.h"
#include "store/s3_conditional_write.h"

namespace vdp {
namespace {

Result<HttpResponse> send(S3Client& client, const S3Request& request) {
  return client.success_of(client.send(request));
}

std::string completion(const std::vector<std::string>& etags) {
  std::string text = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i) {
    text += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etags[i]);
  }
  return text + "</CompleteMultipartUpload>";
}

/// It goes into XML as it is.
bool is_plain_etag(std::string_view etag) { return !etag.empty() && etag.find_first_of("<>&") == std::string::npos; }

}  // namespace

std::string sha256_base64(ByteView bytes) {
  const std::string hex = sha256_hex(bytes);
  Bytes digest;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    digest.push_back(static_cast<std::uint8_t>(*hex_digit(hex[i]) * 16 + *hex_digit(hex[i + 1])));
  }
  return base64_encode(digest);
}

Result<ObjectInfo> S3Upload::put(const std::string& key, ByteView bytes, const PutCondition& condition) {
  return fits_one_request(bytes.size()) ? put_whole(key, bytes, condition) : put_in_parts(key, bytes, condition);
}

Result<ObjectInfo> S3Upload::put_whole(const std::string& key, ByteView bytes, const PutCondition& condition) {
  S3Request request;
  request.method = HttpMethod::put;
  request.key = key;
  request.body = bytes;
  if (condition.kind == PutCondition::Kind::always) {
    // The same bytes again do no harm: lost answers are nothing but another attempt.
    VDP_ASSIGN(const HttpResponse response, send(client_, request));
    return written_object(response, bytes.size());
  }
  const std::string write_id = make_write_id(client_.exchange().random());
  request.may_have_effect = true;
  request.headers.add(write_id_header, write_id);
  add_condition(request.headers, condition);
  return write_conditionally(client_, {std::move(request), condition, write_id, bytes.size()});
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
Result<ObjectInfo> S3Upload::put_in_parts(const std::string& key, ByteView bytes, const PutCondition& condition) {
  const std::string write_id = make_write_id(client_.exchange().random());
  VDP_ASSIGN(Upload upload, begin(key, write_id));
  if (auto parts = put_parts(upload, bytes); !parts) {
    abort(upload);
    return std::unexpected(std::move(parts).error());
  }
  auto completed = complete(upload, bytes.size(), condition, write_id);
  // Of an upload that may have landed nothing may be taken away.
  if (!completed && completed.error().kind != ErrorKind::outcome_unknown) abort(upload);
  return completed;
}

Result<S3Upload::Upload> S3Upload::begin(const std::string& key, const std::string& write_id) {
  S3Request request;
  request.method = HttpMethod::post;
  request.key = key;
  request.query = {{"uploads", ""}};
  request.headers = {{write_id_header, write_id}};
  // Begun twice, an upload that nobody completes stays behind, for the bucket's own rules to clean up.
  VDP_ASSIGN_IN("upload in parts", const HttpResponse response, send(client_, request));
  pugi::xml_document document;
  document.load_buffer(response.body.data(), response.body.size(), pugi::parse_minimal | pugi::parse_escapes);
  const std::string id = document.child("InitiateMultipartUploadResult").child_value("UploadId");
  if (id.empty()) return corrupt("upload in parts: the answer has no UploadId");
  return Upload{key, id, {}};
}

Status S3Upload::put_parts(Upload& upload, ByteView bytes) {
  std::vector<S3Request> requests;
  for (std::uint64_t offset = 0; offset < bytes.size(); offset += part_bytes_) {
    S3Request request;
    request.method = HttpMethod::put;
    request.key = upload.key;
    request.query = {{"partNumber", std::to_string(requests.size() + 1)}, {"uploadId", upload.id}};
    request.body = bytes.subspan(offset, std::min<std::uint64_t>(part_bytes_, bytes.size() - offset));
    requests.push_back(std::move(request));
  }
  for (auto& answer : client_.send_all(requests)) {
    VDP_ASSIGN_IN("part of an upload", const HttpResponse response, client_.success_of(std::move(answer)));
    const auto etag = response.headers.find("ETag");
    if (!etag || !is_plain_etag(*etag)) return corrupt("part of an upload: the answer has no ETag");
    upload.etags.emplace_back(*etag);
  }
  return {};
}

Result<ObjectInfo> S3Upload::complete(const Upload& upload, std::uint64_t size, const PutCondition& condition,
                                      const std::string& write_id) {
  const std::string body = completion(upload.etags);
  S3Request request;
  request.method = HttpMethod::post;
  request.key = upload.key;
  request.query = {{"uploadId", upload.id}};
  request.body = as_bytes(body);
  request.headers = {{"Content-Type", "application/xml"}};
  request.may_have_effect = true;
  add_condition(request.headers, condition);
  VDP_ASSIGN(ObjectInfo info, write_conditionally(client_, {std::move(request), condition, write_id, size}));
  return info;
}

void S3Upload::abort(const Upload& upload) {
  S3Request request;
  request.method = HttpMethod::del;
  request.key = upload.key;
  request.query = {{"uploadId", upload.id}};
  const auto aborted = send(client_, request);
  if (!aborted) log(LogLevel::warning, fmt::format("parts of an upload stay behind: {}", aborted.error().text()));
}

}  // namespace vdp
