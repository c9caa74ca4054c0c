#include "store/object_store.h"

#include <algorithm>

namespace vdp {

std::optional<std::string> version_of(const ObjectInfo& info) {
  if (!info.etag.empty()) return info.etag;
  if (info.last_modified_us == 0) return std::nullopt;
  return std::string(unmodified_since) + std::to_string(info.last_modified_us);
}

Result<std::vector<Bytes>> ObjectStore::get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                                   const std::optional<std::string>& if_etag) {
  std::vector<Bytes> parts;
  parts.reserve(ranges.size());
  for (const ByteRange& range : ranges) {
    VDP_ASSIGN(Bytes part, get_range(key, range, if_etag));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<ObjectData> ObjectStore::get_first(std::string_view key, std::uint64_t max_bytes) {
  VDP_ASSIGN(ObjectInfo info, head(key));
  const ByteRange first{0, std::min(info.size, max_bytes)};
  VDP_ASSIGN(Bytes bytes, get_range(key, first, info.etag.empty() ? std::nullopt : std::optional(info.etag)));
  return ObjectData{std::move(bytes), std::move(info)};
}

Result<std::optional<ObjectData>> ObjectStore::get_if_changed(std::string_view key, const std::string& etag) {
  VDP_ASSIGN(const ObjectInfo info, head(key));
  if (info.etag == etag) return std::nullopt;
  VDP_ASSIGN(ObjectData object, get(key));
  return object;
}

Status ObjectStore::put_all(std::span<const NewObject> objects) {
  for (const NewObject& object : objects) VDP_TRY(put(object.key, object.bytes));
  return {};
}

Status ObjectStore::remove_all(std::span<const std::string> keys) {
  for (const std::string& key : keys) VDP_TRY(remove(key));
  return {};
}

Status ObjectStore::list_pages(std::string_view prefix, std::string_view after, const ListVisitor& visit) {
  VDP_ASSIGN(std::vector<ObjectInfo> found, list(prefix));
  std::erase_if(found, [&](const ObjectInfo& object) { return object.key <= after; });
  return found.empty() ? Status() : visit(std::move(found));
}

}  // namespace vdp
