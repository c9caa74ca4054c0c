#include "store/s3_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "net/aws/canonical_request.h"
#include "net/http_date.h"
#include "net/percent_encoding.h"
#include "store/http_object.h"
#include "store/key.h"
#include "store/s3_listing.h"
#include "store/s3_upload.h"

namespace vdp {
namespace {

constexpr std::size_t max_s3_key_bytes = 1024;
constexpr std::size_t max_deletions = 1000;

class S3Store final : public ObjectStore {
 public:
  explicit S3Store(S3StoreOptions options)
      : location_(std::move(options.location)),
        url_(fmt::format("s3://{}/{}", location_.bucket, encode_path(location_.prefix))),
        client_(std::move(options.bucket), std::move(options.client), HttpExchange(std::move(options.exchange))),
        upload_(client_, options.multipart_from_bytes, options.part_bytes) {}

  std::string url() const override { return url_; }

  Result<ObjectInfo> head(std::string_view key) override {
    VDP_ASSIGN(const S3Request request, request_for(key, HttpMethod::head));
    VDP_ASSIGN(const HttpResponse response, ask(key, request));
    return info_of(key, response);
  }

  Result<ObjectData> get(std::string_view key) override {
    VDP_ASSIGN(const S3Request request, request_for(key, HttpMethod::get));
    VDP_ASSIGN(HttpResponse response, ask(key, request));
    VDP_ASSIGN(ObjectInfo info, info_of(key, response));
    return ObjectData{std::move(response.body), std::move(info)};
  }

  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override {
    VDP_ASSIGN(std::vector<Bytes> parts, get_ranges(key, {&range, 1}, if_etag));
    return std::move(parts.front());
  }

  Result<std::vector<Bytes>> get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                        const std::optional<std::string>& if_etag) override {
    std::vector<S3Request> requests;
    for (const ByteRange& range : ranges) {
      VDP_ASSIGN(S3Request request, request_for(key, HttpMethod::get));
      if (if_etag) request.headers.add("If-Match", *if_etag);
      // HTTP has no empty ranges: of those, and of what no file can have, only the object's size is asked.
      if (is_askable(range)) {
        request.range = HttpRange{range.offset, range.length};
      } else {
        request.method = HttpMethod::head;
      }
      requests.push_back(std::move(request));
    }
    auto answers = client_.send_all(requests);
    std::vector<Bytes> parts;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      VDP_ASSIGN(Bytes part, part_of(key, ranges[i], std::move(answers[i])));
      parts.push_back(std::move(part));
    }
    return parts;
  }

  Result<ObjectData> get_first(std::string_view key, std::uint64_t max_bytes) override {
    VDP_ASSIGN(S3Request request, request_for(key, HttpMethod::get));
    request.range = HttpRange{0, std::max<std::uint64_t>(max_bytes, 1)};
    auto response = client_.send(request);
    if (response && response->status == 416) {  // an empty object has no first byte
      VDP_ASSIGN(ObjectInfo info, head(key));
      if (info.size != 0) return corrupt(fmt::format("{}{}: no first byte, but {} bytes", url_, key, info.size));
      return ObjectData{{}, std::move(info)};
    }
    VDP_ASSIGN(HttpResponse answer, settle(key, std::move(response)));
    VDP_ASSIGN(ObjectInfo info, info_of(key, answer));
    if (answer.body.size() > max_bytes) answer.body.resize(max_bytes);
    return ObjectData{std::move(answer.body), std::move(info)};
  }

  Result<std::optional<ObjectData>> get_if_changed(std::string_view key, const std::string& etag) override {
    VDP_ASSIGN(S3Request request, request_for(key, HttpMethod::get));
    request.headers.add("If-None-Match", etag);
    auto response = client_.send(request);
    if (response && response->status == 304) return std::nullopt;
    VDP_ASSIGN(HttpResponse answer, settle(key, std::move(response)));
    VDP_ASSIGN(ObjectInfo info, info_of(key, answer));
    return ObjectData{std::move(answer.body), std::move(info)};
  }

  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override {
    VDP_ASSIGN(const std::string whole, whole_key(key));
    VDP_ASSIGN_IN(url_ + std::string(key), ObjectInfo info, upload_.put(whole, bytes, condition));
    info.key = key;
    return info;
  }

  Status put_all(std::span<const NewObject> objects) override {
    std::vector<S3Request> requests;
    std::vector<const NewObject*> small;
    for (const NewObject& object : objects) VDP_TRY(whole_key(object.key));
    for (const NewObject& object : objects) {
      if (!upload_.fits_one_request(object.bytes.size())) {
        VDP_TRY(put(object.key, object.bytes, PutCondition::always()));
        continue;
      }
      VDP_ASSIGN(S3Request request, request_for(object.key, HttpMethod::put));
      request.body = object.bytes;
      requests.push_back(std::move(request));
      small.push_back(&object);
    }
    auto answers = client_.send_all(requests);
    for (std::size_t i = 0; i < answers.size(); ++i) VDP_TRY(settle(small[i]->key, std::move(answers[i])));
    return {};
  }

  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override {
    VDP_ASSIGN(const std::string source, whole_key(from));
    VDP_ASSIGN(S3Request request, request_for(to, HttpMethod::put));
    request.headers.add("x-amz-copy-source", aws::uri_encode("/" + location_.bucket + "/" + source, aws::Slash::keep));
    if (if_etag) request.headers.add("x-amz-copy-source-if-match", *if_etag);
    VDP_ASSIGN(const HttpResponse response, ask(from, request));
    // The status is sent before the copy is made, so that an error can follow a 200.
    if (const S3Error error = parse_s3_error(response.body); !error.code.empty()) {
      return fail(ErrorKind::transient, fmt::format("{}{}: copy: {}: {}", url_, from, error.code, error.message));
    }
    return {};
  }

  Status remove(std::string_view key) override {
    VDP_ASSIGN(const S3Request request, request_for(key, HttpMethod::del));
    auto response = client_.send(request);
    if (response && response->status == 404 && parse_s3_error(response->body).code != "NoSuchBucket") return {};
    VDP_TRY(settle(key, std::move(response)));
    return {};
  }

  Status remove_all(std::span<const std::string> keys) override {
    std::vector<std::string> batch;
    for (const std::string& key : keys) {
      VDP_ASSIGN(std::string whole, whole_key(key));
      if (!is_xml_text(whole)) {
        VDP_TRY(remove(key));
        continue;
      }
      batch.push_back(std::move(whole));
      if (batch.size() == max_deletions) {
        VDP_TRY(remove_batch(batch));
        batch.clear();
      }
    }
    return batch.empty() ? Status() : remove_batch(batch);
  }

  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    std::vector<ObjectInfo> found;
    VDP_TRY(list_pages(prefix, "", [&](std::vector<ObjectInfo> page) -> Status {
      std::ranges::move(page, std::back_inserter(found));
      return {};
    }));
    // Directory buckets list in no order.
    if (!std::ranges::is_sorted(found, {}, &ObjectInfo::key)) std::ranges::sort(found, {}, &ObjectInfo::key);
    return found;
  }

  Status list_pages(std::string_view prefix, std::string_view after, const ListVisitor& visit) override {
    VDP_TRY(check_prefix(prefix));
    S3Request request;
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", location_.prefix + std::string(prefix)}};
    if (!after.empty()) request.query.emplace_back("start-after", location_.prefix + std::string(after));
    while (true) {
      VDP_ASSIGN(const HttpResponse response, ask(prefix, request));
      VDP_ASSIGN_IN(url_, S3ListPage page, parse_s3_list_page(response.body));
      VDP_TRY(relative_keys(page.objects));
      std::erase_if(page.objects, [&](const ObjectInfo& object) { return object.key <= after; });
      if (!page.objects.empty()) VDP_TRY(visit(std::move(page.objects)));
      if (page.continuation_token.empty()) return {};
      std::erase_if(request.query, [](const auto& parameter) {
        return parameter.first == "continuation-token" || parameter.first == "start-after";
      });
      request.query.emplace_back("continuation-token", page.continuation_token);
    }
  }

 private:
  Result<std::string> whole_key(std::string_view key) const {
    VDP_TRY(check_key(key));
    std::string whole = location_.prefix + std::string(key);
    if (whole.size() > max_s3_key_bytes) {
      return invalid(fmt::format("a key of {} bytes with its prefix, S3 allows {}: {}...", whole.size(),
                                 max_s3_key_bytes, whole.substr(0, 60)));
    }
    return whole;
  }

  Result<S3Request> request_for(std::string_view key, HttpMethod method) const {
    S3Request request;
    request.method = method;
    VDP_ASSIGN(request.key, whole_key(key));
    return request;
  }

  Result<HttpResponse> ask(std::string_view key, const S3Request& request) {
    return settle(key, client_.send(request));
  }

  /// The answer of a success, or its error, with the object's URL in front.
  Result<HttpResponse> settle(std::string_view key, Result<HttpResponse> response) const {
    auto success = client_.success_of(std::move(response));
    if (!success) return std::unexpected(within(fmt::format("{}{}", url_, key), std::move(success).error()));
    return success;
  }

  Result<Bytes> part_of(std::string_view key, ByteRange range, Result<HttpResponse> answer) const {
    const auto beyond = [&](std::uint64_t size) {
      return corrupt(
          fmt::format("{}{}: bytes {}+{} lie beyond the end at {}", url_, key, range.offset, range.length, size));
    };
    VDP_ASSIGN(HttpResponse response, settle(key, std::move(answer)));
    VDP_ASSIGN(const ObjectInfo info, info_of(key, response));
    if (!is_askable(range)) {
      const auto end = checked_add(range.offset, range.length);
      if (!end || *end > info.size) return beyond(info.size);
      return Bytes{};
    }
    if (response.status != 206) {
      return corrupt(
          fmt::format("{}{}: a range was asked for, the server answered with status {}", url_, key, response.status));
    }
    if (response.body.size() != range.length) return beyond(info.size);
    return std::move(response.body);
  }

  /// From the headers of a HEAD or a GET.
  Result<ObjectInfo> info_of(std::string_view key, const HttpResponse& response) const {
    ObjectInfo info;
    info.key = key;
    const auto size = object_size(response);
    const auto modified = response.headers.find("Last-Modified");
    const auto modified_us = modified ? parse_http_date(*modified) : std::nullopt;
    const auto etag = response.headers.find("ETag");
    if (!size || !modified_us || !etag) {
      return corrupt(fmt::format("{}{}: the answer does not tell size, Last-Modified and ETag", url_, key));
    }
    info.size = *size;
    info.etag = *etag;
    info.last_modified_us = *modified_us;
    return info;
  }

  Status remove_batch(const std::vector<std::string>& keys) {
    const std::string body = s3_delete_request(keys);
    S3Request request;
    request.method = HttpMethod::post;
    request.query = {{"delete", ""}};
    request.body = as_bytes(body);
    request.headers = {{"Content-Type", "application/xml"},
                       {"x-amz-checksum-sha256", sha256_base64(request.body)},
                       {"x-amz-sdk-checksum-algorithm", "SHA256"}};
    VDP_ASSIGN(const HttpResponse response, ask("", request));
    VDP_ASSIGN_IN(url_, const auto failure, parse_s3_delete_answer(response.body));
    if (failure) return fail(ErrorKind::transient, fmt::format("{}: could not delete {}", url_, *failure));
    return {};
  }

  Status relative_keys(std::vector<ObjectInfo>& objects) const {
    for (ObjectInfo& object : objects) {
      if (!object.key.starts_with(location_.prefix)) {
        return corrupt(fmt::format("{}: the listing has \"{}\", which lies outside of it", url_, object.key));
      }
      object.key.erase(0, location_.prefix.size());
    }
    // The prefix itself, and what consoles make for folders, are no objects of an archive.
    std::erase_if(objects, [](const ObjectInfo& o) { return o.key.empty() || (o.key.ends_with('/') && o.size == 0); });
    return {};
  }

  const S3Location location_;
  const std::string url_;
  S3Client client_;
  S3Upload upload_;
};

}  // namespace

ObjectStorePtr make_s3_store(S3StoreOptions options) { return std::make_shared<S3Store>(std::move(options)); }

}  // namespace vdp
