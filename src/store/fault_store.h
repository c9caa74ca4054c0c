// A store that fails when it is told to: for tests and simulation.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "store/object_store.h"

namespace vdp {

enum class Fault {
  refused,      ///< `transient`, and nothing happened
  lost_answer,  ///< it happened, but the answer was lost: `outcome_unknown` of a write, `transient` of a read
  lost_race,    ///< `conflict`, and nothing happened
};

/// Passes every operation on to `inner`, but for those that a fault is planned for. Operations are counted from 0.
class FaultStore final : public ObjectStore {
 public:
  explicit FaultStore(ObjectStorePtr inner) : inner_(std::move(inner)) {}

  /// Plans a fault for the operation with this number; once that has happened it is forgotten.
  void plan(std::uint64_t operation, Fault fault);
  /// The number of the next operation: how many there were.
  std::uint64_t operations() const { return operations_; }

  std::string url() const override { return inner_->url(); }
  Result<ObjectInfo> head(std::string_view key) override;
  Result<ObjectData> get(std::string_view key) override;
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override;
  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override;
  Status remove(std::string_view key) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;

 private:
  std::optional<Fault> next_fault();
  /// Runs `operation` unless its fault prevents it; `lost` is what the caller learns of a lost answer.
  template <typename Operation>
  auto run(std::string_view key, ErrorKind lost, Operation&& operation) -> decltype(operation());

  const ObjectStorePtr inner_;
  std::atomic<std::uint64_t> operations_ = 0;
  std::mutex mutex_;
  std::map<std::uint64_t, Fault> planned_;
};

}  // namespace vdp
