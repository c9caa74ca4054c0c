#include "formats/byte_source.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/task_pool.h"
#include "store/url.h"

namespace vdp {
namespace {

constexpr std::size_t max_parallel_reads = 16;
constexpr TimestampUs us_per_s = 1'000'000;

std::int64_t seconds_rounded_up(TimestampUs timestamp_us) { return (timestamp_us + us_per_s - 1) / us_per_s; }

void count(std::span<const ByteRange> ranges, ByteSource::Counters& counters) {
  ++counters.rounds;
  counters.requests += ranges.size();
  for (const ByteRange& range : ranges) counters.bytes += range.length;
}

class ObjectSource final : public ByteSource {
 public:
  ObjectSource(ObjectStorePtr store, ObjectInfo info) : store_(std::move(store)), info_(std::move(info)) {
    location_.url = object_url(*store_, info_.key);
    is_local_ = location_.url.starts_with("file://");
    if (!is_local_) location_.etag = info_.etag;
    if (location_.etag.empty()) location_.last_modified_s = seconds_rounded_up(info_.last_modified_us);
  }

  std::uint64_t size() const override { return info_.size; }
  const SourceLocation& location() const override { return location_; }

  Result<std::vector<Bytes>> read(std::span<const ByteRange> ranges) override {
    count(ranges, counters);
    const std::optional<std::string> version = info_.etag.empty() ? std::nullopt : std::optional(info_.etag);
    std::vector<Result<Bytes>> parts(ranges.size());
    // A disk answers at once; a service takes its time, so it is asked for everything together.
    parallel_for(ranges.size(), is_local_ ? 1 : max_parallel_reads,
                 [&](std::size_t i) { parts[i] = store_->get_range(info_.key, ranges[i], version); });
    std::vector<Bytes> bytes;
    bytes.reserve(parts.size());
    for (Result<Bytes>& part : parts) {
      VDP_ASSIGN_IN(location_.url, Bytes own, std::move(part));
      bytes.push_back(std::move(own));
    }
    return bytes;
  }

 private:
  ObjectStorePtr store_;
  ObjectInfo info_;
  SourceLocation location_;
  bool is_local_ = false;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(Bytes bytes, std::string url) : bytes_(std::move(bytes)) { location_.url = std::move(url); }

  std::uint64_t size() const override { return bytes_.size(); }
  const SourceLocation& location() const override { return location_; }

  Result<std::vector<Bytes>> read(std::span<const ByteRange> ranges) override {
    count(ranges, counters);
    std::vector<Bytes> parts;
    for (const ByteRange& range : ranges) {
      if (range.offset > bytes_.size() || range.length > bytes_.size() - range.offset) {
        return corrupt(fmt::format("{}: {} bytes at offset {} asked for, it has {}", location_.url, range.length,
                                   range.offset, bytes_.size()));
      }
      const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(range.offset);
      parts.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(range.length));
    }
    return parts;
  }

 private:
  Bytes bytes_;
  SourceLocation location_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_source(ObjectStorePtr store, const std::string& key) {
  VDP_ASSIGN_IN(object_url(*store, key), ObjectInfo info, store->head(key));
  info.key = key;
  return std::make_unique<ObjectSource>(std::move(store), std::move(info));
}

std::unique_ptr<ByteSource> memory_source(Bytes bytes, std::string url) {
  return std::make_unique<MemorySource>(std::move(bytes), std::move(url));
}

}  // namespace vdp
