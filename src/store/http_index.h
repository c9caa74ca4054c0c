// Index pages: how Apache, nginx, Python's http.server and NASA's archives list a folder over HTTP.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/url.h"

namespace vdp {

struct IndexEntry {
  std::string name;        ///< decoded, without '/'
  bool is_folder = false;  ///< its link ends in '/'
  auto operator<=>(const IndexEntry&) const = default;
};

/// What lies directly below the folder that `page` is the URL of, sorted and each once: links to the page's own host
/// that have one more name in their path. Links to parents, to other sortings of the page (with a query) and to other
/// hosts are none of these.
std::vector<IndexEntry> index_entries(const Url& page, std::string_view html);

}  // namespace vdp
