#include "pipeline/verify/ref_version.h"

#include <fmt/format.h>

#include "dataset/calendar.h"
#include "formats/byte_source.h"

namespace vdp {
namespace {

constexpr std::int64_t us_per_s = 1'000'000;

/// Where version_of() made the version of size and time, there was no etag.
bool has_etag(const ProvenanceRecord& record) { return !record.version.starts_with(fmt::format("{}-", record.size)); }

}  // namespace

std::optional<RefVersion> ref_version_of(const ProvenanceRecord& record) {
  if (record.version.empty()) return std::nullopt;
  if (references_carry_etag(record.uri) && has_etag(record)) return RefVersion{record.version, 0};
  const auto modified = dataset::parse_instant(dataset::Calendar::standard, record.modified);
  const auto modified_us =
      modified ? dataset::to_timestamp(dataset::Calendar::standard, *modified) : Result<TimestampUs>(0);
  if (!modified_us || *modified_us <= 0) return std::nullopt;
  return RefVersion{{}, (*modified_us + us_per_s - 1) / us_per_s};
}

RefVersion version_of(const icechunk::ChunkRefView& ref) { return {std::string(ref.etag), ref.last_modified_s}; }

std::string describe(const RefVersion& version) {
  if (!version.etag.empty()) return fmt::format("etag {}", version.etag);
  if (version.last_modified_s == 0) return "no version";
  return fmt::format("modified at {}", format_timestamp(version.last_modified_s * us_per_s));
}

}  // namespace vdp
