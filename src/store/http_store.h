// The files below a URL, read over HTTP or HTTPS.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "net/url.h"
#include "store/access.h"
#include "store/http_exchange.h"
#include "store/http_listing.h"
#include "store/object_store.h"

namespace vdp {

/// Who asks; called for each attempt of a request, as tokens grow old.
using HttpCredentials = std::function<Result<std::vector<CredentialHeader>>()>;

struct HttpStoreOptions {
  Url root;  ///< its path ends in '/', it has no query
  HttpExchangeParts exchange;
  HttpCredentials credentials;            ///< unset: nobody in particular
  std::function<void()> on_unauthorized;  ///< told of each answer 401: what `credentials` gave is not good any more
  RedirectRule redirects = RedirectRule::same_origin;
  /// Of what a server sends that knows no ranges and answers with the whole object.
  std::uint64_t max_unranged_bytes = 16 << 20;
  HttpIndexLimits index;
};

/// Keys are percent-encoded in URLs. The version of an object is its strong etag. Where a server has none, the etag is
/// empty and the version is the time of its Last-Modified header (version_of); a read of a version is conditional, and
/// what comes is compared, as many servers do not know conditions. Errors beside those of every store: `denied` (401,
/// 403), `unsupported` (a server that encodes the content, or does not tell sizes), `limit` (a server without ranges,
/// an index without end).
///
/// Listings are read from index pages (see http_index.h), and are of what is linked there. What a folder's page does
/// not tell (size, version, time) is asked for, file by file, many at a time. A server without index pages is
/// `unsupported` to list. All that writes is `unsupported`.
ObjectStorePtr make_http_store(HttpStoreOptions options);

/// At "https://host/path/".
Result<ObjectStorePtr> open_http_store(const std::string& url, const StoreAccess& access);

}  // namespace vdp
