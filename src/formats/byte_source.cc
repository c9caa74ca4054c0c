#include "formats/byte_source.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "store/held_ranges.h"
#include "store/url.h"

namespace vdp {
namespace {

constexpr TimestampUs us_per_s = 1'000'000;
/// Of one object: metadata and small variables, which are asked for more than once, are far below it.
constexpr std::uint64_t max_held_bytes = 8 << 20;

std::int64_t seconds_rounded_up(TimestampUs timestamp_us) { return (timestamp_us + us_per_s - 1) / us_per_s; }

void count(std::span<const ByteRange> ranges, ByteSource::Counters& counters) {
  if (ranges.empty()) return;
  ++counters.rounds;
  counters.requests += ranges.size();
  for (const ByteRange& range : ranges) counters.bytes += range.length;
}

bool is_local(const ObjectStore& store) { return store.url().starts_with("file://"); }

SourceLocation location_of(const ObjectStore& store, const ObjectInfo& info) {
  SourceLocation location{object_url(store, info.key), "", 0};
  if (references_carry_etag(location.url)) location.etag = info.etag;
  if (location.etag.empty()) location.last_modified_s = seconds_rounded_up(info.last_modified_us);
  return location;
}

/// An object of a store: its info, and the ranges of it that are fetched.
class ObjectSource : public ByteSource {
 public:
  ObjectSource(ObjectStorePtr store, ObjectInfo info, const ReadPlan& plan)
      : store_(std::move(store)), info_(std::move(info)), location_(location_of(*store_, info_)), plan_(plan) {}

  const ObjectInfo& info() const override { return info_; }
  const SourceLocation& location() const override { return location_; }
  const ReadPlan& read_plan() const override { return plan_; }

 protected:
  Result<std::vector<Bytes>> fetch(std::span<const ByteRange> ranges) {
    count(ranges, counters);
    VDP_ASSIGN_IN(location_.url, auto parts, store_->get_ranges(info_.key, ranges, version_of(info_)));
    return parts;
  }

 private:
  const ObjectStorePtr store_;
  const ObjectInfo info_;
  const SourceLocation location_;
  const ReadPlan plan_;
};

/// A disk answers at once, and the system keeps what was read of it: each range is read as it is asked for.
class LocalSource final : public ObjectSource {
 public:
  LocalSource(ObjectStorePtr store, ObjectInfo info)
      : ObjectSource(std::move(store), std::move(info), local_read_plan()) {}

  Result<std::vector<Bytes>> read(std::span<const ByteRange> ranges) override { return fetch(ranges); }
};

/// Each request of a service costs a round trip: what came is kept, what is missing is asked for in few pieces.
class RemoteSource final : public ObjectSource {
 public:
  RemoteSource(ObjectStorePtr store, ObjectData first, const ReadPlan& plan)
      : ObjectSource(std::move(store), std::move(first.info), plan) {
    counters = {1, first.bytes.size(), 1};
    held_.insert(0, std::move(first.bytes));
  }

  Result<std::vector<Bytes>> read(std::span<const ByteRange> ranges) override {
    std::vector<ByteRange> missing;
    for (const ByteRange& range : ranges) {
      VDP_TRY(check(range));
      missing.push_back(held_.without_held_ends(range));
    }
    VDP_TRY(fetch_missing(coalesce(std::move(missing), read_plan().merge_gap_bytes)));
    std::vector<Bytes> parts;
    parts.reserve(ranges.size());
    for (const ByteRange& range : ranges) {
      const auto view = held_.view(range.offset, range.length);
      if (!view) return internal(fmt::format("{}: bytes that were read are not there", location().url));
      parts.emplace_back(view->begin(), view->begin() + static_cast<std::ptrdiff_t>(range.length));
    }
    if (held_.held_bytes() > max_held_bytes) held_.clear();
    return parts;
  }

 private:
  Status check(const ByteRange& range) const {
    if (range.offset <= size() && range.length <= size() - range.offset) return {};
    return corrupt(fmt::format("{}: {} bytes at offset {} asked for, it has {}", location().url, range.length,
                               range.offset, size()));
  }

  Status fetch_missing(const std::vector<ByteRange>& ranges) {
    if (ranges.empty()) return {};
    VDP_ASSIGN(std::vector<Bytes> parts, fetch(ranges));
    if (parts.size() != ranges.size()) return internal("other ranges were read than asked for");
    for (std::size_t i = 0; i < ranges.size(); ++i) held_.insert(ranges[i].offset, std::move(parts[i]));
    return {};
  }

  HeldRanges held_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(Bytes bytes, std::string url) : bytes_(std::move(bytes)) {
    location_.url = std::move(url);
    info_.size = bytes_.size();
  }

  const ObjectInfo& info() const override { return info_; }
  const SourceLocation& location() const override { return location_; }
  const ReadPlan& read_plan() const override { return plan_; }

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
  ObjectInfo info_;
  SourceLocation location_;
  ReadPlan plan_ = local_read_plan();
};

}  // namespace

bool references_carry_etag(std::string_view url) { return !url.starts_with("file:") && !url.starts_with("http"); }

Result<std::unique_ptr<ByteSource>> open_source(ObjectStorePtr store, const std::string& key,
                                                const ReadPlan& remote_plan) {
  const std::string url = object_url(*store, key);
  if (is_local(*store)) {
    VDP_ASSIGN_IN(url, ObjectInfo info, store->head(key));
    info.key = key;
    return std::make_unique<LocalSource>(std::move(store), std::move(info));
  }
  VDP_ASSIGN_IN(url, ObjectData first, store->get_first(key, remote_plan.first_read_bytes));
  if (first.bytes.size() > first.info.size) return corrupt(fmt::format("{}: more bytes than its size", url));
  first.info.key = key;
  return std::make_unique<RemoteSource>(std::move(store), std::move(first), remote_plan);
}

std::unique_ptr<ByteSource> memory_source(Bytes bytes, std::string url) {
  return std::make_unique<MemorySource>(std::move(bytes), std::move(url));
}

}  // namespace vdp
