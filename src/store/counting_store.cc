#include "store/counting_store.h"

#include <fmt/format.h>

namespace vdp {
namespace {

std::string describe(const char* operation, std::span<const ByteRange> ranges, bool of_a_version) {
  std::string text = operation;
  for (const ByteRange& range : ranges) text += fmt::format(" {}+{}", range.offset, range.length);
  return of_a_version ? text + " of a version" : text;
}

}  // namespace

std::vector<std::string> CountingStore::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

void CountingStore::forget() {
  const std::lock_guard lock(mutex_);
  operations_.clear();
}

void CountingStore::note(std::string operation) {
  const std::lock_guard lock(mutex_);
  operations_.push_back(std::move(operation));
}

Result<ObjectInfo> CountingStore::head(std::string_view key) {
  note("head");
  return inner()->head(key);
}

Result<ObjectData> CountingStore::get(std::string_view key) {
  note("get");
  return inner()->get(key);
}

Result<Bytes> CountingStore::get_range(std::string_view key, ByteRange range,
                                       const std::optional<std::string>& if_etag) {
  note(describe("get_range", {&range, 1}, if_etag.has_value()));
  return inner()->get_range(key, range, if_etag);
}

Result<std::vector<Bytes>> CountingStore::get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                                     const std::optional<std::string>& if_etag) {
  note(describe("get_ranges", ranges, if_etag.has_value()));
  return inner()->get_ranges(key, ranges, if_etag);
}

Result<ObjectData> CountingStore::get_first(std::string_view key, std::uint64_t max_bytes) {
  note(fmt::format("get_first {}", max_bytes));
  return inner()->get_first(key, max_bytes);
}

Result<std::vector<ObjectInfo>> CountingStore::list(std::string_view prefix) {
  note(fmt::format("list {}", prefix));
  return inner()->list(prefix);
}

}  // namespace vdp
