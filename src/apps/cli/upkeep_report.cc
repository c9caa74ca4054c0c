#include "apps/cli/upkeep_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/progress_bar.h"
#include "base/json.h"

namespace vdp::cli {
namespace {

Json ids_json(const std::vector<icechunk::SnapshotId>& ids) {
  Json json = Json::array();
  for (const auto& id : ids) json.push_back(id.text());
  return json;
}

Json to_json(const icechunk::ObjectTotal& total) { return {{"objects", total.objects}, {"bytes", total.bytes}}; }

Json to_json(const icechunk::ObjectTotals& totals) {
  return {{"snapshots", to_json(totals.snapshots)},
          {"transaction_logs", to_json(totals.transaction_logs)},
          {"manifests", to_json(totals.manifests)},
          {"chunks", to_json(totals.chunks)},
          {"total", to_json(totals.total())}};
}

void print_names(const char* what, const std::vector<std::string>& names, bool dry_run) {
  if (!names.empty()) fmt::print("{} {}: {}\n", what, dry_run ? "to delete" : "deleted", fmt::join(names, ", "));
}

}  // namespace

Json to_json(const icechunk::ExpireReport& report) {
  return {{"released", ids_json(report.released)},
          {"kept", report.kept},
          {"edited", ids_json(report.edited)},
          {"deleted_branches", report.deleted_branches},
          {"deleted_tags", report.deleted_tags}};
}

Json to_json(const icechunk::CollectReport& report) {
  return {{"cutoff", format_timestamp(report.cutoff_us)},
          {"released", ids_json(report.released)},
          {"deleted", to_json(report.deleted)},
          {"kept", to_json(report.kept)}};
}

void print_report(const icechunk::ExpireReport& report, bool dry_run) {
  fmt::print("{} {} the history, {} {}\n", count(report.released.size(), "snapshot"), dry_run ? "would leave" : "left",
             report.kept, dry_run ? "would stay" : "stay");
  print_names("branches", report.deleted_branches, dry_run);
  print_names("tags", report.deleted_tags, dry_run);
}

void print_report(const icechunk::CollectReport& report, bool dry_run) {
  const auto& deleted = report.deleted;
  const auto total = deleted.total();
  const auto kept = report.kept.total();
  fmt::print("{}, {} {}: {}, {}, {}, {}\n", count(total.objects, "object"), format_bytes(total.bytes),
             dry_run ? "would be deleted" : "deleted", count(deleted.snapshots.objects, "snapshot"),
             count(deleted.transaction_logs.objects, "transaction log"), count(deleted.manifests.objects, "manifest"),
             count(deleted.chunks.objects, "chunk"));
  fmt::print("{}, {} {}\n", count(kept.objects, "object"), format_bytes(kept.bytes), dry_run ? "would stay" : "stay");
}

}  // namespace vdp::cli
