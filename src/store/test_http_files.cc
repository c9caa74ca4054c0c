#include "store/test_http_files.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <set>

#include "net/http_date.h"
#include "net/percent_encoding.h"

namespace vdp {
namespace {

std::string target_of(const std::string& request) {
  const std::size_t begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

std::optional<std::string> header_of(const std::string& request, std::string_view name) {
  const std::size_t at = request.find(fmt::format("\r\n{}: ", name));
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.begin(), text.end(), value);
  return value;
}

/// "bytes=FIRST-LAST".
ByteRange range_of(const std::string& header) {
  const std::size_t dash = header.find('-');
  const std::uint64_t first = number(std::string_view(header).substr(6, dash - 6));
  return {first, number(std::string_view(header).substr(dash + 1)) - first + 1};
}

TestReply reply(const std::string& request, int status, std::string_view body, std::string_view headers = "") {
  std::string bytes = http_answer(status, body, headers);
  if (request.starts_with("HEAD")) bytes.resize(bytes.size() - body.size());
  return {std::move(bytes)};
}

}  // namespace

HttpFiles::HttpFiles(ObjectStorePtr files, HttpHabits habits)
    : files_(std::move(files)),
      habits_(habits),
      server_([this](const std::string& request) { return answer(request); }) {}

TestReply HttpFiles::answer(const std::string& request) {
  const std::string path = decode_path(target_of(request).substr(1)).value_or("");
  if (path.empty() || path.ends_with('/')) return answer_index(path);
  const auto object = files_->get(path);
  return object ? answer_object(request, *object) : reply(request, 404, "not found");
}

TestReply HttpFiles::answer_index(const std::string& folder) {
  const auto found = files_->list(folder);
  if (!found || (found->empty() && !folder.empty())) return {http_answer(404, "not found")};
  std::set<std::string> links;
  for (const ObjectInfo& object : *found) {
    const std::size_t slash = object.key.find('/', folder.size());
    links.insert(object.key.substr(0, slash == std::string::npos ? slash : slash + 1));
  }
  std::string page = "<html><body><a href=\"../\">up</a> <a href=\"?C=N\">Name</a>";
  for (const std::string& link : links) page += fmt::format("<a href=\"/{}\">it</a>\n", encode_path(link));
  return {http_answer(200, page, "Content-Type: text/html\r\n")};
}

TestReply HttpFiles::answer_object(const std::string& request, const ObjectData& object) {
  const std::string etag = fmt::format("\"{}\"", object.info.etag);
  const std::string modified = format_http_date(object.info.last_modified_us);
  std::string headers = "Content-Type: application/octet-stream\r\n";
  if (habits_.has_weak_etags)
    headers += fmt::format("ETag: W/{}\r\n", etag);
  else if (habits_.has_etags)
    headers += fmt::format("ETag: {}\r\n", etag);
  if (habits_.has_times) headers += fmt::format("Last-Modified: {}\r\n", modified);
  if (habits_.knows_conditions && header_of(request, "If-Match").value_or(etag) != etag) return reply(request, 412, "");
  if (habits_.knows_conditions && header_of(request, "If-Unmodified-Since").value_or(modified) != modified) {
    return reply(request, 412, "");
  }
  const auto wanted = header_of(request, "Range");
  if (!wanted || !habits_.knows_ranges) return reply(request, 200, as_text(object.bytes), headers);
  const ByteRange range = range_of(*wanted);
  const std::uint64_t size = object.bytes.size();
  if (range.offset >= size) return reply(request, 416, "", fmt::format("Content-Range: bytes */{}\r\n", size));
  const std::string_view part = as_text(object.bytes).substr(range.offset, range.length);
  headers += fmt::format("Content-Range: bytes {}-{}/{}\r\n", range.offset, range.offset + part.size() - 1, size);
  return reply(request, 206, part, headers);
}

}  // namespace vdp
