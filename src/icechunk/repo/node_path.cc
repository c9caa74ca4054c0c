#include "icechunk/repo/node_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "icechunk/format/utf8.h"

namespace vdp::icechunk {

Status check_path(const std::string& path) {
  if (path == "/") return {};
  bool valid = path.starts_with('/') && is_utf8(path) && path.find('\0') == std::string::npos;
  for (std::size_t begin = 1; valid && begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = std::string_view(path).substr(begin, end - begin);
    valid = !part.empty() && part != "." && part != "..";
    begin = end + 1;
  }
  if (valid && !path.ends_with('/')) return {};
  return invalid(fmt::format("node path: found \"{}\", expected \"/\" or \"/name/name\"", path));
}

std::string parent_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_below(const std::string& path, const std::string& ancestor) {
  if (ancestor == "/") return path != "/";
  return path.size() > ancestor.size() && path.starts_with(ancestor) && path[ancestor.size()] == '/';
}

bool path_less(const std::string& a, const std::string& b) {
  // A slash ends a part, and the shorter of two parts comes first: it counts as less than any other byte.
  const auto rank = [](char byte) { return byte == '/' ? -1 : static_cast<int>(static_cast<unsigned char>(byte)); };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

}  // namespace vdp::icechunk
