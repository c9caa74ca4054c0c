#include "store/memory_store.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "base/checked.h"
#include "store/key.h"
#include "store/url.h"

namespace vdp {
namespace {

struct Object {
  std::shared_ptr<const Bytes> bytes;  // shared, so that readers copy outside the lock
  ObjectInfo info;
};

class MemoryStore final : public ObjectStore {
 public:
  MemoryStore(std::string name, Clock& clock) : name_(std::move(name)), clock_(clock) {}

  std::string url() const override { return fmt::format("memory://{}/", encode_path(name_)); }

  Result<ObjectInfo> head(std::string_view key) override {
    VDP_ASSIGN(auto object, find(key));
    return std::move(object.info);
  }

  Result<ObjectData> get(std::string_view key) override {
    VDP_ASSIGN(auto object, find(key));
    return ObjectData{*object.bytes, std::move(object.info)};
  }

  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override {
    VDP_ASSIGN(auto object, find(key));
    if (if_etag && *if_etag != object.info.etag) return stale(key, *if_etag, object.info.etag);
    const auto end = checked_add(range.offset, range.length);
    if (!end || *end > object.bytes->size()) {
      return corrupt(fmt::format("{}{}: bytes {}+{} lie beyond the end at {}", url(), key, range.offset, range.length,
                                 object.bytes->size()));
    }
    const auto first = object.bytes->begin() + static_cast<std::ptrdiff_t>(range.offset);
    return Bytes(first, first + static_cast<std::ptrdiff_t>(range.length));
  }

  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override {
    VDP_TRY(check_key(key));
    auto copy_of_bytes = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
    const std::lock_guard lock(mutex_);
    const auto existing = objects_.find(key);
    if (condition.kind == PutCondition::Kind::create_only && existing != objects_.end()) {
      return conflict(fmt::format("{}{} exists already", url(), key));
    }
    if (condition.kind == PutCondition::Kind::replace_only) {
      const std::string found = existing == objects_.end() ? "" : existing->second.info.etag;
      if (found != condition.etag) return stale(key, condition.etag, found);
    }
    ObjectInfo info{std::string(key), bytes.size(), fmt::format("{:x}", ++versions_), clock_.now_us()};
    objects_.insert_or_assign(std::string(key), Object{std::move(copy_of_bytes), info});
    return info;
  }

  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override {
    VDP_TRY(check_key(to));
    VDP_ASSIGN(auto object, find(from));
    if (if_etag && *if_etag != object.info.etag) return stale(from, *if_etag, object.info.etag);
    VDP_TRY(put(to, *object.bytes, PutCondition::always()));
    return {};
  }

  Status remove(std::string_view key) override {
    VDP_TRY(check_key(key));
    const std::lock_guard lock(mutex_);
    if (const auto object = objects_.find(key); object != objects_.end()) objects_.erase(object);
    return {};
  }

  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override {
    VDP_TRY(check_prefix(prefix));
    std::vector<ObjectInfo> found;
    const std::lock_guard lock(mutex_);
    for (auto object = objects_.lower_bound(prefix); object != objects_.end(); ++object) {
      if (!object->first.starts_with(prefix)) break;
      found.push_back(object->second.info);
    }
    return found;
  }

 private:
  Result<Object> find(std::string_view key) {
    VDP_TRY(check_key(key));
    const std::lock_guard lock(mutex_);
    const auto object = objects_.find(key);
    if (object == objects_.end()) return not_found(fmt::format("{}{} does not exist", url(), key));
    return object->second;
  }

  Failure stale(std::string_view key, std::string_view expected, std::string_view found) const {
    return conflict(fmt::format("{}{} is version \"{}\", not \"{}\"", url(), key, found, expected));
  }

  const std::string name_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Object, std::less<>> objects_;
  std::uint64_t versions_ = 0;
};

}  // namespace

ObjectStorePtr make_memory_store(std::string name, Clock& clock) {
  return std::make_shared<MemoryStore>(std::move(name), clock);
}

}  // namespace vdp
