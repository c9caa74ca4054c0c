#include "store/key.h"

#include <fmt/format.h>

namespace vdp {
namespace {

Failure refuse(std::string_view key, std::string_view why) { return invalid(fmt::format("key \"{}\" {}", key, why)); }

Status check_part(std::string_view key, std::string_view part) {
  if (part.empty()) return refuse(key, "has an empty part");
  if (part == "." || part == "..") return refuse(key, "has a part that is \".\" or \"..\"");
  return {};
}

}  // namespace

Status check_key(std::string_view key) {
  if (key.empty()) return invalid("an empty key names no object");
  if (key.size() > max_key_bytes) {
    return invalid(fmt::format("a key of {} bytes, more than {}: {}...", key.size(), max_key_bytes, key.substr(0, 60)));
  }
  if (key.front() == '/') return refuse(key, "begins with '/': keys are relative to the store's root");
  if (key.find('\0') != std::string_view::npos) return invalid("a key contains a NUL byte");
  std::size_t begin = 0;
  for (std::size_t end = key.find('/'); end != std::string_view::npos; end = key.find('/', begin)) {
    VDP_TRY(check_part(key, key.substr(begin, end - begin)));
    begin = end + 1;
  }
  return check_part(key, key.substr(begin));
}

Status check_prefix(std::string_view prefix) {
  if (prefix.find('\0') != std::string_view::npos) return invalid("a prefix contains a NUL byte");
  // Only whole parts are judged: "a/.." is a beginning of the valid key "a/..b".
  const std::size_t slash = prefix.rfind('/');
  if (slash == std::string_view::npos) return {};
  if (slash == 0) return refuse(prefix, "begins with '/': keys are relative to the store's root");
  return check_key(prefix.substr(0, slash));
}

}  // namespace vdp
