#include "store/http_listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/http_index.h"

namespace vdp {
namespace {

constexpr std::size_t pages_at_once = 64;

class Walk {
 public:
  Walk(const ListScope& scope, const HttpIndexLimits& limits) : scope_(scope), limits_(limits) {}

  Result<std::vector<std::string>> run(const IndexFetcher& fetch) {
    std::vector<std::string> level{scope_.prefix.substr(0, scope_.prefix.rfind('/') + 1)};
    for (std::size_t depth = 0; !level.empty(); ++depth) {
      if (depth > limits_.max_depth) {
        return over_limit(fmt::format("folders nested deeper than {}, as \"{}\"", limits_.max_depth, level.front()));
      }
      level_below_.clear();
      for (std::size_t begin = 0; begin < level.size(); begin += pages_at_once) {
        const std::size_t end = std::min(level.size(), begin + pages_at_once);
        VDP_TRY(read_pages(
            {level.begin() + static_cast<std::ptrdiff_t>(begin), level.begin() + static_cast<std::ptrdiff_t>(end)},
            fetch));
      }
      level = std::move(level_below_);
    }
    std::ranges::sort(keys_);
    return std::move(keys_);
  }

 private:
  Status read_pages(const std::vector<std::string>& folders, const IndexFetcher& fetch) {
    pages_ += folders.size();
    if (pages_ > limits_.max_pages) return over_limit(fmt::format("more than {} index pages", limits_.max_pages));
    auto pages = fetch(folders);
    for (std::size_t i = 0; i < folders.size(); ++i) {
      const bool is_root = folders[i].empty();
      if (!pages[i] && pages[i].error().kind == ErrorKind::not_found && !is_root) continue;
      VDP_ASSIGN(const HttpResponse page, std::move(pages[i]));
      VDP_TRY(read_page(folders[i], page));
    }
    return {};
  }

  Status read_page(const std::string& folder, const HttpResponse& page) {
    const auto type = page.headers.find("Content-Type");
    if (!type || (!type->starts_with("text/html") && !type->starts_with("application/xhtml+xml"))) {
      return unsupported(fmt::format("folder \"{}\": no index page, but \"{}\"", folder, type.value_or("")));
    }
    for (IndexEntry& entry : index_entries(page.url, as_text(page.body))) {
      if (++links_ > limits_.max_links) return over_limit(fmt::format("more than {} links", limits_.max_links));
      std::string path = folder + std::move(entry.name);
      if (!entry.is_folder && path.starts_with(scope_.prefix))
        keys_.push_back(std::move(path));
      else if (entry.is_folder && is_wanted(path += '/'))
        level_below_.push_back(std::move(path));
    }
    return {};
  }

  bool is_wanted(const std::string& folder) const {
    const bool leads_to_prefix = folder.starts_with(scope_.prefix) || scope_.prefix.starts_with(folder);
    return leads_to_prefix && (!scope_.wants_folder || scope_.wants_folder(folder));
  }

  const ListScope& scope_;
  const HttpIndexLimits& limits_;
  std::vector<std::string> level_below_;
  std::vector<std::string> keys_;
  std::size_t pages_ = 0;
  std::size_t links_ = 0;
};

}  // namespace

Result<std::vector<std::string>> list_http_keys(const ListScope& scope, const HttpIndexLimits& limits,
                                                const IndexFetcher& fetch) {
  return Walk(scope, limits).run(fetch);
}

}  // namespace vdp
