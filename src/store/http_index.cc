#include "store/http_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "net/percent_encoding.h"
#include "store/html_links.h"
#include "store/key.h"

namespace vdp {
namespace {

/// Servers write links with characters that a URL must encode; browsers do it for them.
std::string with_encoded_characters(std::string_view link) {
  constexpr std::string_view unsafe = " \"<>\\^`{|}[]";
  std::string result;
  for (const char c : link) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_safe = byte > 0x20 && byte < 0x7f && unsafe.find(c) == std::string_view::npos;
    result += is_safe ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return result;
}

/// "/data/a%20b/" and "x" of "/data/a%20b/x" or "/data/a%20b/x/", decoded.
struct SplitPath {
  std::string folder;
  std::string name;
  bool is_folder = false;
};

Result<SplitPath> split_path(std::string_view path) {
  SplitPath split;
  split.is_folder = path.ends_with('/');
  if (split.is_folder) path.remove_suffix(1);
  const std::size_t name_at = path.rfind('/') + 1;
  VDP_ASSIGN(split.folder, decode_path(path.substr(0, name_at)));
  VDP_ASSIGN(split.name, decode_path(path.substr(name_at)));
  return split;
}

std::optional<IndexEntry> entry_of(const Url& page, const std::string& folder, const std::string& link) {
  const auto target = resolve_reference(page, with_encoded_characters(link));
  if (!target || target->origin() != page.origin() || target->query) return std::nullopt;
  auto split = split_path(target->path);
  if (!split || split->folder != folder) return std::nullopt;
  // A name with an encoded '/' would be another key than the one that is listed.
  if (split->name.find('/') != std::string::npos || !check_key(split->name)) return std::nullopt;
  return IndexEntry{std::move(split->name), split->is_folder};
}

}  // namespace

std::vector<IndexEntry> index_entries(const Url& page, std::string_view html) {
  std::vector<IndexEntry> entries;
  const auto folder = decode_path(page.path.substr(0, page.path.rfind('/') + 1));
  if (!folder) return entries;
  for (const std::string& link : html_links(html)) {
    if (auto entry = entry_of(page, *folder, link)) entries.push_back(std::move(*entry));
  }
  std::ranges::sort(entries);
  const auto repeated = std::ranges::unique(entries);
  entries.erase(repeated.begin(), repeated.end());
  return entries;
}

}  // namespace vdp
