// HttpListing: the keys below a folder, from its index page and those of the folders in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/http_message.h"
#include "store/object_store.h"

namespace vdp {

/// Above any of them a listing is a `limit` error: symbolic links and servers that make up pages run on without end.
struct HttpIndexLimits {
  std::size_t max_depth = 24;
  std::size_t max_pages = 100'000;
  std::size_t max_links = 5'000'000;
  std::uint64_t max_page_bytes = 32 << 20;
};

/// Asks for the index pages of folders ("2020/060/"; "" is the root): in their order, all together.
using IndexFetcher = std::function<std::vector<Result<HttpResponse>>(const std::vector<std::string>& folders)>;

/// All keys that begin with scope.prefix, in byte order. Folders that the scope does not want are not asked for. A
/// folder that is gone by then (404) holds nothing; the root of the listing must be there where the prefix is empty.
Result<std::vector<std::string>> list_http_keys(const ListScope& scope, const HttpIndexLimits& limits,
                                                const IndexFetcher& fetch);

}  // namespace vdp
