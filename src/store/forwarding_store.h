// ForwardingStore: what stores that stand before another one have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/object_store.h"

namespace vdp {

/// Passes each operation on to `inner`; derived classes override what they change. The operations that ObjectStore
/// makes of others are made of the overrides: get_ranges() asks the get_range() of the derived class.
class ForwardingStore : public ObjectStore {
 public:
  explicit ForwardingStore(ObjectStorePtr inner) : inner_(std::move(inner)) {}

  std::string url() const override { return inner_->url(); }
  Result<ObjectInfo> head(std::string_view key) override { return inner_->head(key); }
  Result<ObjectData> get(std::string_view key) override { return inner_->get(key); }
  Result<Bytes> get_range(std::string_view key, ByteRange range,
                          const std::optional<std::string>& if_etag = std::nullopt) override {
    return inner_->get_range(key, range, if_etag);
  }
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition = {}) override {
    return inner_->put(key, bytes, condition);
  }
  Status copy(std::string_view from, std::string_view to,
              const std::optional<std::string>& if_etag = std::nullopt) override {
    return inner_->copy(from, to, if_etag);
  }
  Status remove(std::string_view key) override { return inner_->remove(key); }
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override { return inner_->list(prefix); }

 protected:
  /// For what must outlive an operation, a shared pointer.
  const ObjectStorePtr& inner() const { return inner_; }

 private:
  const ObjectStorePtr inner_;
};

}  // namespace vdp
