#include "store/fault_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace vdp {
namespace {

using Kind = StoreOperation::Kind;

constexpr std::int64_t slow_us = 30'000'000;

Failure unclear(const StoreOperation& operation, std::string_view what) {
  return fail(operation.is_write() ? ErrorKind::outcome_unknown : ErrorKind::transient,
              fmt::format("{}: {} by a planned fault", operation.key, what));
}

Failure lost_race(const StoreOperation& operation) {
  return conflict(fmt::format("{}: lost a race by a planned fault", operation.key));
}

Failure killed(const StoreOperation& operation) {
  return fail(ErrorKind::transient, fmt::format("{}: the process was killed by a planned fault", operation.key));
}

void turn_a_bit_over(Bytes& bytes, std::uint64_t number) {
  if (bytes.empty()) return;
  // Somewhere else each time, and seldom in the first bytes alone.
  bytes[(bytes.size() / 2 + number * 7919) % bytes.size()] ^= static_cast<std::uint8_t>(1U << number % 8);
}

void spoil(std::optional<Fault> fault, std::uint64_t number, Bytes& bytes) {
  if (fault == Fault::truncated) bytes.resize(bytes.size() / 2);
  if (fault == Fault::wrong_bytes) turn_a_bit_over(bytes, number);
}

}  // namespace

void FaultStore::plan(std::uint64_t operation, Fault fault) {
  const std::lock_guard lock(mutex_);
  planned_[operation] = fault;
}

std::uint64_t FaultStore::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::uint64_t FaultStore::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

void FaultStore::delay(std::uint64_t number, std::function<void()> happen) {
  const std::lock_guard lock(mutex_);
  delayed_.push_back({number + delay_, std::move(happen)});
}

void FaultStore::land_delayed() { land_due(std::numeric_limits<std::uint64_t>::max()); }

void FaultStore::land_due(std::uint64_t number) {
  std::vector<DelayedWrite> due;
  {
    const std::lock_guard lock(mutex_);
    const auto later =
        std::ranges::stable_partition(delayed_, [number](const DelayedWrite& write) { return write.due <= number; });
    due.assign(std::make_move_iterator(delayed_.begin()), std::make_move_iterator(later.begin()));
    delayed_.erase(delayed_.begin(), later.begin());
  }
  for (const DelayedWrite& write : due) write.happen();
}

void FaultStore::die() {
  {
    const std::lock_guard lock(mutex_);
    dead_ = true;
  }
  if (kill_) kill_();
}

std::optional<Fault> FaultStore::begin(StoreOperation& operation) {
  std::optional<Fault> fault;
  {
    const std::lock_guard lock(mutex_);
    operation.number = operations_++;
    if (dead_) return Fault::killed_before;
    if (const auto planned = planned_.extract(operation.number)) fault = planned.mapped();
  }
  land_due(operation.number);
  if (!fault && chooser_) fault = chooser_(operation);
  if (!fault || !applies(*fault, operation)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  ++faults_;
  return fault;
}

template <typename Happen>
auto FaultStore::run(StoreOperation& operation, Happen&& happen) -> decltype(happen()) {
  using Answer = decltype(happen());
  const std::optional<Fault> fault = begin(operation);
  if (!fault) return happen();
  switch (*fault) {
    case Fault::refused:
      return fail(ErrorKind::transient, fmt::format("{}: refused by a planned fault", operation.key));
    case Fault::timed_out:
      return unclear(operation, "timed out");
    case Fault::delayed:
      // What it needs has been copied by the caller: `happen` outlives the call.
      delay(operation.number, [happen] { static_cast<void>(happen()); });
      return unclear(operation, "timed out");
    case Fault::lost_race:
      return lost_race(operation);
    case Fault::killed_before:
      die();
      return killed(operation);
    case Fault::wrong_range:
      if constexpr (std::is_same_v<Answer, Result<Bytes>>) return whole_object(operation.key);
      break;
    case Fault::slow:
      clock_.sleep_us(slow_us);
      return happen();
    default:
      break;
  }
  Answer answer = happen();
  if (*fault == Fault::killed_after) {
    die();
    return killed(operation);
  }
  // An operation that failed by itself has no effect whose answer could be lost, and no bytes.
  if (!answer) return answer;
  if (*fault == Fault::lost_answer) return unclear(operation, "the answer was lost");
  if (*fault == Fault::raced_itself) return lost_race(operation);
  if constexpr (std::is_same_v<Answer, Result<ObjectData>>) spoil(fault, operation.number, answer->bytes);
  if constexpr (std::is_same_v<Answer, Result<Bytes>>) spoil(fault, operation.number, *answer);
  if constexpr (std::is_same_v<Answer, Result<std::vector<ObjectInfo>>>) {
    const auto third = static_cast<std::ptrdiff_t>(answer->size() / 3);
    answer->erase(answer->begin() + third, answer->end() - third);
  }
  return answer;
}

Result<Bytes> FaultStore::whole_object(std::string_view key) {
  VDP_ASSIGN(ObjectData object, inner()->get(key));
  return std::move(object.bytes);
}

Result<ObjectInfo> FaultStore::head(std::string_view key) {
  StoreOperation operation{0, Kind::head, key, false};
  return run(operation, [&] { return inner()->head(key); });
}

Result<ObjectData> FaultStore::get(std::string_view key) {
  StoreOperation operation{0, Kind::get, key, false};
  return run(operation, [&] { return inner()->get(key); });
}

Result<Bytes> FaultStore::get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) {
  StoreOperation operation{0, Kind::get_range, key, if_etag.has_value()};
  return run(operation, [&] { return inner()->get_range(key, range, if_etag); });
}

Result<ObjectInfo> FaultStore::put(std::string_view key, ByteView bytes, const PutCondition& condition) {
  StoreOperation operation{0, Kind::put, key, condition.kind != PutCondition::Kind::always};
  return run(operation, [inner = inner(), key = std::string(key), bytes = Bytes(bytes.begin(), bytes.end()),
                         condition] { return inner->put(key, bytes, condition); });
}

Status FaultStore::copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) {
  StoreOperation operation{0, Kind::copy, to, if_etag.has_value()};
  return run(operation, [inner = inner(), from = std::string(from), to = std::string(to), if_etag] {
    return inner->copy(from, to, if_etag);
  });
}

Status FaultStore::remove(std::string_view key) {
  StoreOperation operation{0, Kind::remove, key, false};
  return run(operation, [inner = inner(), key = std::string(key)] { return inner->remove(key); });
}

Result<std::vector<ObjectInfo>> FaultStore::list(std::string_view prefix) {
  StoreOperation operation{0, Kind::list, prefix, false};
  return run(operation, [&] { return inner()->list(prefix); });
}

}  // namespace vdp
