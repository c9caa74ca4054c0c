// A store that notes what is read of it: for tests.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "store/object_store.h"

namespace vdp {

/// Passes everything on to `inner`. Reads are noted as "get_first 100", "get_ranges 0+10 20+5 of a version".
class CountingStore final : public ObjectStore {
 public:
  explicit CountingStore(ObjectStorePtr inner) : inner_(std::move(inner)) {}

  std::vector<std::string> operations() const;
  void forget();

  std::string url() const override { return inner_->url(); }
  Result<ObjectInfo> head(std::string_view key) override;
  Result<ObjectData> get(std::string_view key) override;
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override;
  Result<std::vector<Bytes>> get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                        const std::optional<std::string>& if_etag) override;
  Result<ObjectData> get_first(std::string_view key, std::uint64_t max_bytes) override;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition = {}) override {
    return inner_->put(key, bytes, condition);
  }
  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override {
    return inner_->copy(from, to, if_etag);
  }
  Status remove(std::string_view key) override { return inner_->remove(key); }
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;

 private:
  void note(std::string operation);

  const ObjectStorePtr inner_;
  mutable std::mutex mutex_;
  std::vector<std::string> operations_;
};

}  // namespace vdp
