// References relative to a URL: RFC 3986, section 5.
#include <fmt/format.h>

#include <algorithm>

#include "net/url.h"

namespace vdp {
namespace {

/// Section 5.2.4: "." and ".." parts of a path that begins with '/'.
std::string remove_dot_segments(std::string_view path) {
  std::string output;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);  // with its leading '/'
    const bool last = end == path.size();
    if (segment == "/..") {
      output.resize(std::min(output.rfind('/'), output.size()));
    } else if (segment != "/.") {
      output += segment;
    }
    if (last && (segment == "/." || segment == "/..")) output += '/';
    path.remove_prefix(end);
  }
  return output;
}

/// Section 3.1: letters, then letters, digits, '+', '-' and '.', before the first ':'.
bool has_scheme_prefix(std::string_view reference) {
  const std::size_t colon = reference.find(':');
  return colon != std::string_view::npos && colon != 0 && colon < reference.find_first_of("/?");
}

}  // namespace

Result<Url> resolve_reference(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (has_scheme_prefix(reference)) return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  const std::string root = base.scheme + "://" + base.authority();
  if (reference.empty()) return base;
  if (reference.starts_with('?')) return parse_url(root + base.path + std::string(reference));
  const std::size_t query = std::min(reference.find('?'), reference.size());
  std::string path(reference.substr(0, query));
  if (!path.starts_with('/')) path = base.path.substr(0, base.path.rfind('/') + 1) + path;
  return parse_url(root + remove_dot_segments(path) + std::string(reference.substr(query)));
}

}  // namespace vdp
