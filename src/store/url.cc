#include "store/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool has_scheme(std::string_view location) {
  const std::size_t end = location.find("://");
  if (end == std::string_view::npos || end == 0 || !is_letter(location.front())) return false;
  return std::ranges::all_of(location.substr(0, end),
                             [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
}

Result<std::string> path_of_file_url(const std::string& url) {
  constexpr std::string_view scheme = "file://";
  constexpr std::string_view this_machine = "localhost/";
  std::string_view rest = url;
  if (!rest.starts_with(scheme)) return invalid(fmt::format("\"{}\" is no file URL", url));
  rest.remove_prefix(scheme.size());
  if (rest.starts_with(this_machine)) rest.remove_prefix(this_machine.size() - 1);
  if (!rest.starts_with('/')) {
    return invalid(fmt::format("\"{}\": a file URL names an absolute path: file:///data/store/", url));
  }
  return decode_path(rest);
}

std::string object_url(const ObjectStore& store, std::string_view key) { return store.url() + encode_path(key); }

}  // namespace vdp
