#include "store/s3_location.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/percent_encoding.h"

namespace vdp {
namespace {

constexpr std::string_view scheme = "s3://";
constexpr std::uint16_t https_port = 443;

/// The rules of Amazon's buckets, and the underscores and capitals of old ones and of other servers.
bool is_bucket_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return name.size() >= 3 && name.size() <= 255 && std::ranges::all_of(name, fits) && !name.contains("..") &&
         name.front() != '.' && name.front() != '-';
}

}  // namespace

Result<S3Location> parse_s3_url(std::string_view url) {
  if (!url.starts_with(scheme)) return invalid("expected a URL like s3://bucket/prefix/");
  url.remove_prefix(scheme.size());
  const std::string_view bucket = url.substr(0, url.find('/'));
  if (bucket.contains('@')) return invalid("an s3 URL holds no user-info: credentials come from the environment");
  if (url.find_first_of("?#") != std::string_view::npos) return invalid("an s3 URL has no query and no fragment");
  if (!is_bucket_name(bucket)) return invalid(fmt::format("\"{}\" is no name of a bucket", bucket));
  S3Location location{std::string(bucket), {}};
  if (bucket.size() < url.size()) {
    VDP_ASSIGN_IN("s3 URL", location.prefix, decode_path(url.substr(bucket.size() + 1)));
  }
  if (!location.prefix.empty() && !location.prefix.ends_with('/')) location.prefix += '/';
  return location;
}

S3Bucket locate_bucket(const std::string& bucket, const aws::S3Place& place) {
  Url url = place.endpoint.value_or(
      Url{"https", fmt::format("s3.{}.amazonaws.com", place.region), https_port, "/", std::nullopt});
  if (place.path_style) {
    url.path = fmt::format("/{}", bucket);
    return {std::move(url), "/" + bucket};
  }
  url.host = bucket + "." + url.host;
  return {std::move(url), {}};
}

}  // namespace vdp
