#include "discover/inventory_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "store/open_store.h"
#include "store/url.h"
#include "zarr/compression.h"

namespace vdp {
namespace {

std::string absolute_url(const std::string& location) {
  if (has_scheme(location)) return location;
  return "file://" + encode_path(std::filesystem::absolute(location).lexically_normal().string());
}

}  // namespace

Result<InventoryFile> InventoryFile::at(const std::string& location, const StoreAccess& access) {
  const std::string url = absolute_url(location);
  const std::size_t slash = url.rfind('/');
  std::string name = url.substr(slash + 1);
  const bool has_folder = slash != std::string::npos && slash > url.find("://") + 2;
  if (name.empty() || !has_folder) return invalid(fmt::format("{}: expected the location of a file", location));
  VDP_ASSIGN(name, decode_path(name));
  VDP_ASSIGN_IN(location, auto folder, open_source_store(url.substr(0, slash + 1), access));
  return InventoryFile(std::move(folder), std::move(name), access);
}

Result<Bytes> InventoryFile::read(std::uint64_t max_bytes) const {
  VDP_ASSIGN(const ObjectInfo info, folder_->head(name_));
  if (info.size > max_bytes) return over_limit(fmt::format("{} bytes, allowed are {}", info.size, max_bytes));
  VDP_ASSIGN(auto data, folder_->get(name_));
  if (!name_.ends_with(".gz")) return std::move(data.bytes);
  return zarr::decompress_gzip(data.bytes, max_bytes);
}

Result<InventoryFile> InventoryFile::named(const std::string& bucket, const std::string& key) const {
  const std::string here = folder_->url();
  if (here.starts_with("s3://")) return at(fmt::format("s3://{}/{}", bucket, encode_path(key)), access_);
  const std::size_t parent = here.rfind('/', here.size() - 2);
  return at(fmt::format("{}data/{}", here.substr(0, parent + 1), encode_path(key.substr(key.rfind('/') + 1))), access_);
}

}  // namespace vdp
