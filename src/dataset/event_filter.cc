#include "dataset/event_filter.h"

#include <algorithm>
#include <string>

#include "store/s3_location.h"

namespace vdp::dataset {
namespace {

bool is_unchanged_by_encoding(char c) {
  const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return is_letter || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
}

std::string unchanged_head(const std::string& text) {
  return {text.begin(), std::ranges::find_if_not(text, is_unchanged_by_encoding)};
}

std::string unchanged_tail(const std::string& text) {
  const auto changed = std::find_if_not(text.rbegin(), text.rend(), is_unchanged_by_encoding);
  return {changed.base(), text.end()};
}

}  // namespace

std::optional<Json> event_filter(const SourceSpec& source) {
  const auto location = parse_s3_url(source.prefix);
  if (!location) return std::nullopt;
  const std::string prefix = unchanged_head(location->prefix + source.pattern.static_prefix());
  const std::string suffix = unchanged_tail(source.pattern.static_suffix());
  Json s3 = {{"bucket", {{"name", Json::array({location->bucket})}}}};
  // Several matches of one key are alternatives, and so a policy cannot ask for a prefix and a suffix.
  if (!prefix.empty()) {
    s3["object"]["key"] = Json::array({{{"prefix", prefix}}});
  } else if (!suffix.empty()) {
    s3["object"]["key"] = Json::array({{{"suffix", suffix}}});
  }
  const Json names = Json::array({{{"prefix", "ObjectCreated:"}}, {{"prefix", "ObjectRemoved:"}}});
  return Json{{"Records", {{"eventName", names}, {"s3", std::move(s3)}}}};
}

}  // namespace vdp::dataset
