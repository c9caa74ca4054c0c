// A store that notes what is read of it: for tests.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "store/forwarding_store.h"

namespace vdp {

/// Passes everything on to `inner`. Reads are noted as "get_first 100", "get_ranges 0+10 20+5 of a version".
class CountingStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::vector<std::string> operations() const;
  void forget();

  Result<ObjectInfo> head(std::string_view key) override;
  Result<ObjectData> get(std::string_view key) override;
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override;
  Result<std::vector<Bytes>> get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                        const std::optional<std::string>& if_etag) override;
  Result<ObjectData> get_first(std::string_view key, std::uint64_t max_bytes) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;

 private:
  void note(std::string operation);

  mutable std::mutex mutex_;
  std::vector<std::string> operations_;
};

}  // namespace vdp
