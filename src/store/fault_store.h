// A store that fails when it is told to: for tests and simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "store/fault.h"
#include "store/forwarding_store.h"

namespace vdp {

/// Passes every operation on to `inner`, but for those that a fault is planned for. Several objects or keys at once are
/// so many operations.
class FaultStore final : public ForwardingStore {
 public:
  /// Asked before each operation that no planned fault is for; what does not apply to the operation is no fault.
  using Chooser = std::function<std::optional<Fault>(const StoreOperation&)>;

  /// `clock` is what slow operations wait on.
  explicit FaultStore(ObjectStorePtr inner, Clock& clock = system_clock())
      : ForwardingStore(std::move(inner)), clock_(clock) {}

  /// Plans a fault for the operation with this number; once that is reached it is forgotten.
  void plan(std::uint64_t operation, Fault fault);
  /// Set before the first operation.
  void choose_with(Chooser chooser) { chooser_ = std::move(chooser); }
  /// After how many further operations of this handle a delayed write happens.
  void set_delay(std::uint64_t operations) { delay_ = operations; }
  /// What happens when the process is killed; unset: nothing but that all operations fail from then on.
  void on_kill(std::function<void()> kill) { kill_ = std::move(kill); }

  /// The number of the next operation: how many there were.
  std::uint64_t operations() const;
  /// Faults that befell an operation.
  std::uint64_t faults() const;
  /// Lets all delayed writes happen now.
  void land_delayed();

  Result<ObjectInfo> head(std::string_view key) override;
  Result<ObjectData> get(std::string_view key) override;
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override;
  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override;
  Status remove(std::string_view key) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;

 private:
  struct DelayedWrite {
    std::uint64_t due = 0;  ///< before the operation with this number
    std::function<void()> happen;
  };

  /// Counts the operation and finds its fault.
  std::optional<Fault> begin(StoreOperation& operation);
  void land_due(std::uint64_t number);
  /// Runs `happen` unless the operation's fault prevents it; the answer is what the fault leaves of it.
  template <typename Happen>
  auto run(StoreOperation& operation, Happen&& happen) -> decltype(happen());
  void delay(std::uint64_t number, std::function<void()> happen);
  void die();
  Result<Bytes> whole_object(std::string_view key);

  Clock& clock_;
  Chooser chooser_;
  std::function<void()> kill_;
  std::uint64_t delay_ = 2;

  mutable std::mutex mutex_;
  std::uint64_t operations_ = 0;
  std::uint64_t faults_ = 0;
  bool dead_ = false;
  std::map<std::uint64_t, Fault> planned_;
  std::vector<DelayedWrite> delayed_;
};

}  // namespace vdp
