#include "store/http_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/checked.h"
#include "net/http_date.h"
#include "net/percent_encoding.h"
#include "store/http_object.h"
#include "store/key.h"

namespace vdp {
namespace {

constexpr std::uint64_t max_object_bytes = 2ULL << 30;
constexpr std::size_t heads_at_once = 512;

/// What a read must be of.
struct Condition {
  std::string etag;
  TimestampUs unmodified_since_us = 0;

  static Condition of(const std::optional<std::string>& version) {
    if (!version) return {};
    if (!version->starts_with(unmodified_since)) return {*version, 0};
    Condition condition;
    const std::string_view digits = std::string_view(*version).substr(unmodified_since.size());
    std::from_chars(digits.begin(), digits.end(), condition.unmodified_since_us);
    return condition;
  }
  void add_to(HttpHeaders& headers) const {
    if (!etag.empty()) headers.add("If-Match", etag);
    if (unmodified_since_us != 0) headers.add("If-Unmodified-Since", format_http_date(unmodified_since_us));
  }
  /// Of what came: servers may pass over conditions.
  bool holds_for(const ObjectInfo& info) const {
    return (etag.empty() || info.etag == etag) &&
           (unmodified_since_us == 0 || info.last_modified_us == unmodified_since_us);
  }
};

class HttpStore final : public ObjectStore {
 public:
  explicit HttpStore(HttpStoreOptions options)
      : options_(std::move(options)), url_(options_.root.text()), exchange_(options_.exchange) {}

  std::string url() const override { return url_; }

  Result<ObjectInfo> head(std::string_view key) override {
    VDP_TRY(check_key(key));
    return info_of(key, send({.key = std::string(key), .method = HttpMethod::head}));
  }

  Result<ObjectData> get(std::string_view key) override {
    VDP_TRY(check_key(key));
    VDP_ASSIGN(HttpResponse response, settle(key, send({.key = std::string(key), .max_body_bytes = max_object_bytes})));
    VDP_ASSIGN(ObjectInfo info, info_of(key, response));
    return ObjectData{std::move(response.body), std::move(info)};
  }

  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override {
    VDP_ASSIGN(std::vector<Bytes> parts, get_ranges(key, {&range, 1}, if_etag));
    return std::move(parts.front());
  }

  Result<std::vector<Bytes>> get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                        const std::optional<std::string>& if_etag) override {
    VDP_TRY(check_key(key));
    const Condition condition = Condition::of(if_etag);
    std::vector<Ask> asks;
    for (const ByteRange& range : ranges) {
      Ask ask{.key = std::string(key), .max_body_bytes = options_.max_unranged_bytes, .condition = condition};
      // HTTP has no empty ranges: of those, and of what no file can have, only the object's size is asked.
      if (is_askable(range)) {
        ask.range = HttpRange{range.offset, range.length};
      } else {
        ask.method = HttpMethod::head;
      }
      asks.push_back(std::move(ask));
    }
    auto answers = send_all(asks);
    std::vector<Bytes> parts;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      VDP_ASSIGN(Bytes part, part_of(key, ranges[i], condition, std::move(answers[i])));
      parts.push_back(std::move(part));
    }
    return parts;
  }

  Result<ObjectData> get_first(std::string_view key, std::uint64_t max_bytes) override {
    VDP_TRY(check_key(key));
    auto response = send({.key = std::string(key),
                          .range = HttpRange{0, std::max<std::uint64_t>(max_bytes, 1)},
                          .max_body_bytes = options_.max_unranged_bytes});
    if (response && response->status == 416) {  // an empty object has no first byte
      VDP_ASSIGN(ObjectInfo info, head(key));
      if (info.size != 0) return corrupt(fmt::format("{}: no first byte, but {} bytes", place(key), info.size));
      return ObjectData{{}, std::move(info)};
    }
    VDP_ASSIGN(HttpResponse answer, settle(key, std::move(response)));
    VDP_ASSIGN(ObjectInfo info, info_of(key, answer));
    if (answer.body.size() > max_bytes) answer.body.resize(max_bytes);
    return ObjectData{std::move(answer.body), std::move(info)};
  }

  Result<ObjectInfo> put(std::string_view key, ByteView, const PutCondition&) override { return refuse("put", key); }
  Status copy(std::string_view, std::string_view to, const std::optional<std::string>&) override {
    return refuse("copy", to);
  }
  Status remove(std::string_view key) override { return refuse("remove", key); }

  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    std::vector<ObjectInfo> found;
    VDP_TRY(list_pages(prefix, "", [&](std::vector<ObjectInfo> page) -> Status {
      std::ranges::move(page, std::back_inserter(found));
      return {};
    }));
    return found;
  }

  Status list_pages(std::string_view prefix, std::string_view after, const ListVisitor& visit) override {
    return list_after({.prefix = std::string(prefix)}, after, visit);
  }

  Status list_scope(const ListScope& scope, const ListVisitor& visit) override { return list_after(scope, "", visit); }

 private:
  /// A request before it is made: for each attempt anew.
  struct Ask {
    std::string key;  ///< or a folder, ending in '/'
    HttpMethod method = HttpMethod::get;
    std::optional<HttpRange> range = std::nullopt;
    std::uint64_t max_body_bytes = 0;
    Condition condition = {};
  };

  Result<HttpRequest> make(const Ask& ask) const {
    HttpRequest request;
    request.method = ask.method;
    request.url = options_.root;
    request.url.path += encode_path(ask.key);
    request.headers = {{"Accept-Encoding", "identity"}};  // references are to the bytes as they are stored
    ask.condition.add_to(request.headers);
    request.range = ask.range;
    request.max_body_bytes = ask.max_body_bytes;
    request.redirects = options_.redirects;
    if (options_.credentials) {
      VDP_ASSIGN(request.credentials, options_.credentials());
    }
    return request;
  }

  Result<HttpResponse> send(const Ask& ask) {
    return exchange_.send([&] { return make(ask); });
  }

  std::vector<Result<HttpResponse>> send_all(const std::vector<Ask>& asks) {
    std::vector<RequestMaker> makers;
    makers.reserve(asks.size());
    for (const Ask& ask : asks) makers.push_back([this, &ask] { return make(ask); });
    return exchange_.send_all(makers);
  }

  std::string place(std::string_view key) const { return url_ + encode_path(key); }

  Failure refuse(std::string_view operation, std::string_view key) const {
    if (auto checked = check_key(key); !checked) return std::unexpected(std::move(checked).error());
    return unsupported(fmt::format("{} {}: over HTTP nothing can be written", operation, place(key)));
  }

  /// The answer of a success, or the error that it is.
  Result<HttpResponse> settle(std::string_view key, Result<HttpResponse> response) const {
    if (!response) return std::unexpected(within(place(key), std::move(response).error()));
    const int status = response->status;
    if (status == 401 && options_.on_unauthorized) options_.on_unauthorized();
    if (status != 200 && status != 206) return fail(kind_of(status), fmt::format("{}: status {}", place(key), status));
    const auto encoding = response->headers.find("Content-Encoding");
    if (encoding && *encoding != "identity") {
      return unsupported(fmt::format("{}: the server sends it encoded ({}), so that ranges are not those of the file",
                                     place(key), *encoding));
    }
    return response;
  }

  static ErrorKind kind_of(int status) {
    if (status == 404 || status == 410) return ErrorKind::not_found;
    if (status == 401 || status == 403 || status == 407) return ErrorKind::denied;
    if (status == 412) return ErrorKind::conflict;
    if (status == 416) return ErrorKind::corrupt;  // the range lies beyond the end
    return is_retryable_status(status) ? ErrorKind::transient : ErrorKind::unsupported;
  }

  Result<ObjectInfo> info_of(std::string_view key, Result<HttpResponse> answer) const {
    VDP_ASSIGN(const HttpResponse response, settle(key, std::move(answer)));
    return info_of(key, response);
  }

  Result<ObjectInfo> info_of(std::string_view key, const HttpResponse& response) const {
    ObjectInfo info;
    info.key = key;
    const auto size = object_size(response);
    if (!size) return unsupported(fmt::format("{}: the server does not tell its size", place(key)));
    info.size = *size;
    const auto etag = response.headers.find("ETag");
    if (etag && etag->starts_with('"')) info.etag = *etag;  // "W/..." only says that the content means the same
    const auto modified = response.headers.find("Last-Modified");
    info.last_modified_us = modified ? parse_http_date(*modified).value_or(0) : 0;
    return info;
  }

  Result<Bytes> part_of(std::string_view key, ByteRange range, const Condition& condition,
                        Result<HttpResponse> answer) const {
    VDP_ASSIGN(HttpResponse response, settle(key, std::move(answer)));
    VDP_ASSIGN(const ObjectInfo info, info_of(key, response));
    if (!condition.holds_for(info)) return conflict(fmt::format("{}: it was replaced meanwhile", place(key)));
    const auto end = checked_add(range.offset, range.length);
    if (!end || *end > info.size) {
      return corrupt(
          fmt::format("{}: bytes {}+{} lie beyond the end at {}", place(key), range.offset, range.length, info.size));
    }
    if (range.length == 0) return Bytes{};
    if (response.status == 206) return std::move(response.body);  // checked against its Content-Range by HttpClient
    const auto first = response.body.begin() + static_cast<std::ptrdiff_t>(range.offset);
    return Bytes(first, first + static_cast<std::ptrdiff_t>(range.length));
  }

  Status list_after(const ListScope& scope, std::string_view after, const ListVisitor& visit) {
    VDP_TRY(check_prefix(scope.prefix));
    const auto fetch = [this](const std::vector<std::string>& folders) { return fetch_pages(folders); };
    VDP_ASSIGN_IN(url_, std::vector<std::string> keys, list_http_keys(scope, options_.index, fetch));
    std::erase_if(keys, [&](const std::string& key) { return key <= after; });
    for (std::size_t begin = 0; begin < keys.size(); begin += heads_at_once) {
      const std::size_t count = std::min(heads_at_once, keys.size() - begin);
      VDP_ASSIGN(std::vector<ObjectInfo> page, describe(std::span(keys).subspan(begin, count), scope));
      if (!page.empty()) VDP_TRY(visit(std::move(page)));
    }
    return {};
  }

  std::vector<Result<HttpResponse>> fetch_pages(const std::vector<std::string>& folders) {
    std::vector<Ask> asks;
    for (const std::string& folder : folders) {
      asks.push_back({.key = folder, .max_body_bytes = options_.index.max_page_bytes});
    }
    auto pages = send_all(asks);
    for (std::size_t i = 0; i < pages.size(); ++i) pages[i] = settle(folders[i], std::move(pages[i]));
    return pages;
  }

  /// Infos of the keys; of those that the scope does not want only the key. What is gone by now is left out.
  Result<std::vector<ObjectInfo>> describe(std::span<const std::string> keys, const ListScope& scope) {
    std::vector<Ask> asks;
    for (const std::string& key : keys) {
      if (!scope.wants_key || scope.wants_key(key)) asks.push_back({.key = key, .method = HttpMethod::head});
    }
    auto answers = send_all(asks);
    std::vector<ObjectInfo> infos;
    std::size_t asked = 0;
    for (const std::string& key : keys) {
      if (asked == asks.size() || asks[asked].key != key) {
        infos.emplace_back().key = key;
        continue;
      }
      auto info = info_of(key, std::move(answers[asked++]));
      if (info) infos.push_back(std::move(*info));
      if (!info && info.error().kind != ErrorKind::not_found) return std::unexpected(std::move(info).error());
    }
    return infos;
  }

  const HttpStoreOptions options_;
  const std::string url_;
  HttpExchange exchange_;
};

}  // namespace

ObjectStorePtr make_http_store(HttpStoreOptions options) { return std::make_shared<HttpStore>(std::move(options)); }

}  // namespace vdp
