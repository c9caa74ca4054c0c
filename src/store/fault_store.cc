#include "store/fault_store.h"

#include <fmt/format.h>

namespace vdp {

void FaultStore::plan(std::uint64_t operation, Fault fault) {
  const std::lock_guard lock(mutex_);
  planned_[operation] = fault;
}

std::optional<Fault> FaultStore::next_fault() {
  const std::uint64_t number = operations_++;
  const std::lock_guard lock(mutex_);
  const auto planned = planned_.extract(number);
  if (planned.empty()) return std::nullopt;
  return planned.mapped();
}

template <typename Operation>
auto FaultStore::run(std::string_view key, ErrorKind lost, Operation&& operation) -> decltype(operation()) {
  const auto fault = next_fault();
  if (fault == Fault::refused) return fail(ErrorKind::transient, fmt::format("{}: refused by a planned fault", key));
  if (fault == Fault::lost_race) return conflict(fmt::format("{}: lost a race by a planned fault", key));
  auto result = operation();
  // An operation that failed by itself has no effect whose answer could be lost.
  if (fault != Fault::lost_answer || !result) return result;
  return fail(lost, fmt::format("{}: the answer was lost by a planned fault", key));
}

Result<ObjectInfo> FaultStore::head(std::string_view key) {
  return run(key, ErrorKind::transient, [&] { return inner_->head(key); });
}

Result<ObjectData> FaultStore::get(std::string_view key) {
  return run(key, ErrorKind::transient, [&] { return inner_->get(key); });
}

Result<Bytes> FaultStore::get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) {
  return run(key, ErrorKind::transient, [&] { return inner_->get_range(key, range, if_etag); });
}

Result<ObjectInfo> FaultStore::put(std::string_view key, ByteView bytes, const PutCondition& condition) {
  return run(key, ErrorKind::outcome_unknown, [&] { return inner_->put(key, bytes, condition); });
}

Status FaultStore::copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) {
  return run(to, ErrorKind::outcome_unknown, [&] { return inner_->copy(from, to, if_etag); });
}

Status FaultStore::remove(std::string_view key) {
  return run(key, ErrorKind::outcome_unknown, [&] { return inner_->remove(key); });
}

Result<std::vector<ObjectInfo>> FaultStore::list(std::string_view prefix) {
  return run(prefix, ErrorKind::transient, [&] { return inner_->list(prefix); });
}

}  // namespace vdp
