#include "dataset/locations.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "net/url.h"
#include "store/url.h"

namespace vdp::dataset {
namespace {

std::string with_slash(std::string text) {
  if (!text.ends_with('/')) text += '/';
  return text;
}

Failure has_query(std::string_view location) {
  return invalid(
      fmt::format("'{}' has a query or a fragment, expected a URL without (`access` says how to read, presigned URLs "
                  "are not taken)",
                  without_secrets(location)));
}

bool is_bucket_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// `rest`: "bucket/folder". The folder is encoded anew: one place has many encodings, and references are compared.
Result<std::string> s3_url(std::string_view rest) {
  const std::string_view bucket = rest.substr(0, rest.find('/'));
  const bool is_unset = bucket.find('$') != std::string_view::npos;  // a variable, and reported as such
  if (bucket.empty() || (!is_unset && !std::ranges::all_of(bucket, is_bucket_character))) {
    return invalid(fmt::format("found the bucket '{}', expected letters, digits, '-', '.' and '_'", bucket));
  }
  VDP_ASSIGN(const std::string folder, decode_path(rest.substr(bucket.size())));
  return fmt::format("s3://{}{}", bucket, encode_path(with_slash(folder)));
}

}  // namespace

Status check_location(std::string_view location) {
  if (!has_scheme(location) || location.starts_with("file:///")) return {};
  if (location.find_first_of("?#") != std::string_view::npos) return has_query(location);
  const std::string_view rest = location.substr(location.find("://") + 3);
  if (rest.substr(0, rest.find('/')).find('@') != std::string_view::npos) {
    return invalid(fmt::format("'{}' has user-info: secrets do not belong into a URL", without_secrets(location)));
  }
  return {};
}

Result<std::string> absolute_url(std::string_view location, const std::string& folder) {
  if (location.empty()) return invalid("found an empty text, expected a URL or a path");
  if (!has_scheme(location)) {
    const std::filesystem::path path = std::filesystem::path(folder) / std::filesystem::path(location);
    return "file://" + encode_path(with_slash(path.lexically_normal().string()));
  }
  VDP_TRY(check_location(location));
  if (location.find_first_of("?#") != std::string_view::npos) return has_query(location);
  if (location.starts_with("s3://")) return s3_url(location.substr(5));
  if (location.starts_with("http://") || location.starts_with("https://")) {
    VDP_ASSIGN(const Url url, parse_url(location));
    return with_slash(url.text());
  }
  return with_slash(std::string(location));
}

std::string absolute_path(const std::string& path) {
  std::error_code ignored;  // without a working folder the path stays as it is
  const auto absolute = std::filesystem::absolute(path, ignored);
  return (absolute.empty() ? std::filesystem::path(path) : absolute).lexically_normal().string();
}

Result<std::string> absolute_group(std::string_view group) {
  std::string result;
  std::string_view rest = group;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  while (!rest.empty()) {
    const auto end = rest.find('/');
    const std::string_view part = rest.substr(0, end);
    if (part.empty() || part == "." || part == "..") return invalid(fmt::format("'{}' is no path of a group", group));
    result += fmt::format("/{}", part);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return result.empty() ? "/" : result;
}

}  // namespace vdp::dataset
