#include "dataset/locations.h"

#include <fmt/format.h>

#include <filesystem>

#include "store/url.h"

namespace vdp::dataset {
namespace {

std::string with_slash(std::string text) {
  if (!text.ends_with('/')) text += '/';
  return text;
}

}  // namespace

Result<std::string> absolute_url(std::string_view location, const std::string& folder) {
  if (location.empty()) return invalid("found an empty text, expected a URL or a path");
  if (has_scheme(location)) {
    if (location.find_first_of("?#") != std::string_view::npos) {
      return invalid(fmt::format("'{}' has a query or a fragment, expected a URL without", location));
    }
    return with_slash(std::string(location));
  }
  const std::filesystem::path path = std::filesystem::path(folder) / std::filesystem::path(location);
  return "file://" + encode_path(with_slash(path.lexically_normal().string()));
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
