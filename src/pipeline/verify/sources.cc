#include "pipeline/verify/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string_view>

#include "base/task_pool.h"
#include "discover/list.h"
#include "store/url.h"

namespace vdp {
namespace {

using Kind = VerifyFinding::Kind;

/// Requests to the source at one time.
constexpr std::size_t max_parallel_heads = 16;

VerifyFinding finding_of(const ProvenanceRecord& record, Kind kind, std::string found, std::string expected) {
  return {
      .kind = kind, .slots = record.box, .uri = record.uri, .found = std::move(found), .expected = std::move(expected)};
}

std::string describe_version(const ProvenanceRecord& record) {
  return fmt::format("{} bytes, modified at {}, version {}", record.size, record.modified, record.version);
}

/// Asks for the object itself.
std::optional<VerifyFinding> check_object(ObjectStore& source, const std::string& prefix,
                                          const ProvenanceRecord& record) {
  if (!record.uri.starts_with(prefix)) {
    return finding_of(record, Kind::source_missing, "a place outside of the source", "one below " + prefix);
  }
  const auto key = decode_path(std::string_view(record.uri).substr(prefix.size()));
  const auto info = key ? source.head(*key) : Result<ObjectInfo>(std::unexpected(key.error()));
  if (!info) {
    const bool gone = info.error().kind == ErrorKind::not_found;
    return finding_of(record, gone ? Kind::source_missing : Kind::unreadable,
                      gone ? "no such object" : info.error().text(), describe_version(record));
  }
  const Granule granule{record.uri, *key, info->size, info->etag, info->last_modified_us};
  if (info->size == record.size && version_of(granule) == record.version) return std::nullopt;
  return finding_of(record, Kind::source_changed,
                    fmt::format("{} bytes, modified at {}, version {}", info->size,
                                format_timestamp(info->last_modified_us), version_of(granule)),
                    describe_version(record));
}

/// Positions of the records that the listing does not show in their version.
std::vector<std::size_t> find_suspects(const std::vector<ProvenanceRecord>& records, const Discovery& discovery) {
  std::map<std::string_view, const Granule*> listed;
  for (const FoundGranule& found : discovery.granules) listed[found.granule.uri] = &found.granule;
  std::vector<std::size_t> suspects;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto found = listed.find(records[i].uri);
    const bool same = found != listed.end() && found->second->size == records[i].size &&
                      version_of(*found->second) == records[i].version;
    if (!same) suspects.push_back(i);
  }
  return suspects;
}

/// Granules that the store does not have in any version.
void find_missing(VerifyContext& context, const Discovery& discovery, const std::vector<LateGranule>& ledger,
                  TimestampUs now_us) {
  std::vector<std::string_view> known;
  for (const ProvenanceRecord& record : context.records) known.emplace_back(record.uri);
  for (const LateGranule& late : ledger) known.emplace_back(late.uri);
  std::ranges::sort(known);
  const auto& source = context.processor.file().source;
  const auto min_age_us = std::chrono::duration_cast<std::chrono::microseconds>(source.min_age).count();
  for (const FoundGranule& found : discovery.granules) {
    const Granule& granule = found.granule;
    if (now_us - granule.last_modified_us < min_age_us) continue;
    if (std::ranges::binary_search(known, std::string_view(granule.uri))) continue;
    context.findings.push_back(
        {.kind = Kind::missing, .uri = granule.uri, .found = "no slot of it", .expected = "one, as it is listed"});
  }
}

}  // namespace

Result<SourcesReport> verify_sources(VerifyContext& context, TimestampUs now_us) {
  const auto& spec = context.processor.file().source;
  ObjectStore& source = *context.processor.source();
  VDP_ASSIGN_IN(spec.prefix, const auto discovery, list_granules(source, spec));
  SourcesReport report;
  report.discovered = discovery.granules.size();
  report.unchanged.assign(context.records.size(), true);
  const auto suspects = find_suspects(context.records, discovery);
  std::vector<std::optional<VerifyFinding>> answers(suspects.size());
  parallel_for(suspects.size(), max_parallel_heads,
               [&](std::size_t i) { answers[i] = check_object(source, spec.prefix, context.records[suspects[i]]); });
  for (std::size_t i = 0; i < suspects.size(); ++i) {
    if (!answers[i]) continue;
    report.unchanged[suspects[i]] = false;
    context.findings.push_back(std::move(*answers[i]));
  }
  VDP_ASSIGN(const auto ledger, LateLedger::load(context.session, context.group()));
  find_missing(context, discovery, ledger.oldest(SIZE_MAX), now_us);
  return report;
}

}  // namespace vdp
