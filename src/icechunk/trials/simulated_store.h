// SimulatedStore: one process's way to a store that several processes of a simulation share.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string_view>

#include "base/clock.h"
#include "store/fault.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// Told of each effect on the shared store at the moment of the effect.
class StoreWatcher {
 public:
  virtual ~StoreWatcher() = default;
  virtual void written(std::string_view key) = 0;
  virtual void removed(std::string_view key) = 0;
};

/// A sum over all that happened, in order: equal for two runs that went the same way.
class Trace {
 public:
  void add(std::string_view text);
  void add(std::uint64_t number);
  std::uint64_t hash() const { return hash_; }
  std::uint64_t length() const { return length_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;  // FNV-1a
  std::uint64_t length_ = 0;
};

/// What all processes share.
struct SimulatedPlace {
  ObjectStorePtr objects;
  Clock& clock;
  std::mt19937_64& chance;
  StoreWatcher& watcher;
  Trace trace;
};

/// Every operation takes a while before its effect and a while after it, and meanwhile others go on.
class SimulatedStore final : public ObjectStore {
 public:
  SimulatedStore(SimulatedPlace& place, std::uint64_t process) : place_(place), process_(process) {}

  std::string url() const override { return place_.objects->url(); }
  Result<ObjectInfo> head(std::string_view key) override;
  Result<ObjectData> get(std::string_view key) override;
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override;
  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override;
  Status remove(std::string_view key) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;

 private:
  void wait();
  template <typename Happen>
  auto run(StoreOperation::Kind kind, std::string_view key, Happen&& happen) -> decltype(happen());

  SimulatedPlace& place_;
  const std::uint64_t process_;
};

}  // namespace vdp::icechunk
