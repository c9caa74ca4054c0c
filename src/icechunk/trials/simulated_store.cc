#include "icechunk/trials/simulated_store.h"

namespace vdp::icechunk {

using Kind = StoreOperation::Kind;

namespace {

constexpr std::int64_t longest_way_us = 25'000;

}  // namespace

void Trace::add(std::string_view text) {
  for (const char letter : text) {
    hash_ ^= static_cast<std::uint8_t>(letter);
    hash_ *= 0x100000001b3;
  }
  ++length_;
}

void Trace::add(std::uint64_t number) { add(std::string_view(reinterpret_cast<const char*>(&number), sizeof number)); }

void SimulatedStore::wait() {
  place_.clock.sleep_us(static_cast<std::int64_t>(place_.chance() % static_cast<std::uint64_t>(longest_way_us)));
}

template <typename Happen>
auto SimulatedStore::run(Kind kind, std::string_view key, Happen&& happen) -> decltype(happen()) {
  wait();
  auto answer = happen();
  place_.trace.add(process_ << 8 | static_cast<std::uint64_t>(kind));
  place_.trace.add(key);
  place_.trace.add(static_cast<std::uint64_t>(place_.clock.now_us()));
  place_.trace.add(answer ? 0 : 1 + static_cast<std::uint64_t>(answer.error().kind));
  if (answer && (kind == Kind::put || kind == Kind::copy)) place_.watcher.written(key);
  if (answer && kind == Kind::remove) place_.watcher.removed(key);
  wait();
  return answer;
}

Result<ObjectInfo> SimulatedStore::head(std::string_view key) {
  return run(Kind::head, key, [&] { return place_.objects->head(key); });
}

Result<ObjectData> SimulatedStore::get(std::string_view key) {
  return run(Kind::get, key, [&] { return place_.objects->get(key); });
}

Result<Bytes> SimulatedStore::get_range(std::string_view key, ByteRange range,
                                        const std::optional<std::string>& if_etag) {
  return run(Kind::get_range, key, [&] { return place_.objects->get_range(key, range, if_etag); });
}

Result<ObjectInfo> SimulatedStore::put(std::string_view key, ByteView bytes, const PutCondition& condition) {
  return run(Kind::put, key, [&] { return place_.objects->put(key, bytes, condition); });
}

Status SimulatedStore::copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) {
  return run(Kind::copy, to, [&] { return place_.objects->copy(from, to, if_etag); });
}

Status SimulatedStore::remove(std::string_view key) {
  return run(Kind::remove, key, [&] { return place_.objects->remove(key); });
}

Result<std::vector<ObjectInfo>> SimulatedStore::list(std::string_view prefix) {
  return run(Kind::list, prefix, [&] { return place_.objects->list(prefix); });
}

}  // namespace vdp::icechunk
