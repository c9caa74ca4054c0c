#include "queue/events/object_location.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "dataset/locations.h"
#include "store/url.h"

namespace vdp {
namespace {

/// Limits of S3 (general purpose buckets, older ones included; object keys in bytes of UTF-8).
constexpr std::size_t max_bucket_bytes = 255;
constexpr std::size_t max_key_bytes = 1024;
/// The longest key, each byte encoded, and a bucket or a host before it.
constexpr std::size_t max_uri_bytes = 4096;

bool is_bucket_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_bucket(std::string_view name) {
  return !name.empty() && name.size() <= max_bucket_bytes && std::ranges::all_of(name, is_bucket_character) &&
         name != "." && name != "..";
}

bool is_utf8(const std::string& text) {
  const std::string json = Json(text).dump(-1, ' ', false, Json::error_handler_t::ignore);
  return Json::parse(json).get<std::string>() == text;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Result<std::string> object_uri(std::string_view bucket, std::string_view key) {
  if (!is_bucket(bucket)) {
    return invalid("message: the bucket's name is none, expected letters, digits, '-', '.' and '_'");
  }
  if (key.empty() || key.size() > max_key_bytes) {
    return invalid(fmt::format("message: a key of {} bytes, expected 1 to {}", key.size(), max_key_bytes));
  }
  if (!is_utf8(std::string(key)) || key.find('\0') != std::string_view::npos) {
    return invalid("message: the key is no UTF-8");
  }
  return fmt::format("s3://{}/{}", bucket, encode_path(key));
}

Result<std::string> decode_form(std::string_view encoded) {
  std::string spaced(encoded);
  std::ranges::replace(spaced, '+', ' ');
  auto decoded = decode_path(spaced);
  if (!decoded) return invalid("message: the key has a '%' without two hexadecimal digits");
  return decoded;
}

Status check_event_uri(std::string_view uri) {
  if (uri.size() > max_uri_bytes) {
    return invalid(fmt::format("message: a URI of {} bytes, expected up to {}", uri.size(), max_uri_bytes));
  }
  if (!has_scheme(uri) || std::ranges::any_of(uri, is_control)) {
    return invalid("message: found a text that is no absolute URI, expected one, as s3://bucket/key");
  }
  if (!dataset::check_location(uri)) {
    return invalid("message: the URI has user-info, a query or a fragment, which is where secrets stand");
  }
  return {};
}

}  // namespace vdp
