#include "store/open_store.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "store/http_store.h"
#include "store/local_store.h"
#include "store/memory_store.h"
#include "store/s3_store.h"
#include "store/url.h"

namespace vdp {
namespace {

constexpr std::string_view scheme_end = "://";

/// memory:// names one store for the life of the process, so that two parts of a program can meet in it.
ObjectStorePtr shared_memory_store(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, ObjectStorePtr> stores;
  const std::lock_guard lock(mutex);
  auto& store = stores[name];
  if (!store) store = make_memory_store(name);
  return store;
}

Result<ObjectStorePtr> open(const std::string& url_or_path, const StoreAccess& access, LocalStoreOptions local) {
  if (url_or_path.empty()) return invalid("a store needs a URL or a path, found \"\"");
  if (!has_scheme(url_or_path)) return open_local_store(url_or_path, local);
  const std::size_t end = url_or_path.find(scheme_end);
  const std::string_view scheme = std::string_view(url_or_path).substr(0, end);
  std::string_view rest = std::string_view(url_or_path).substr(end + scheme_end.size());
  if (scheme == "file") {
    VDP_ASSIGN(const std::string path, path_of_file_url(url_or_path));
    return open_local_store(path, local);
  }
  if (scheme == "memory") {
    if (rest.ends_with('/')) rest.remove_suffix(1);
    VDP_ASSIGN(const std::string name, decode_path(rest));
    return shared_memory_store(name);
  }
  if (scheme == "s3") return open_s3_store(url_or_path, access);
  if (scheme == "http" || scheme == "https") return open_http_store(url_or_path, access);
  return fail(ErrorKind::unsupported,
              fmt::format("store scheme \"{}\" (known here: file, s3, http, https, memory, and plain paths)", scheme));
}

}  // namespace

Result<ObjectStorePtr> open_store(const std::string& url_or_path, const StoreAccess& access) {
  return open(url_or_path, access, {});
}

Result<ObjectStorePtr> open_source_store(const std::string& url_or_path, const StoreAccess& access) {
  return open(url_or_path, access, {.follow_links = true});
}

}  // namespace vdp
