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

Json to_json(const icechunk::DeletedObjects& deleted) {
  return {{"objects", deleted.objects}, {"bytes", deleted.bytes}};
}

void print_names(const char* what, const std::vector<std::string>& names, bool dry_run) {
  if (!names.empty()) fmt::print("{} {}: {}\n", what, dry_run ? "to delete" : "deleted", fmt::join(names, ", "));
}

}  // namespace

Json to_json(const icechunk::ExpireReport& report) {
  return {{"released", ids_json(report.released)},
          {"edited", ids_json(report.edited)},
          {"deleted_branches", report.deleted_branches},
          {"deleted_tags", report.deleted_tags}};
}

Json to_json(const icechunk::CollectReport& report) {
  return {{"cutoff", format_timestamp(report.cutoff_us)},
          {"released", ids_json(report.released)},
          {"deleted",
           {{"snapshots", to_json(report.snapshots)},
            {"transaction_logs", to_json(report.transaction_logs)},
            {"manifests", to_json(report.manifests)},
            {"chunks", to_json(report.chunks)},
            {"total", to_json(report.total())}}}};
}

void print_report(const icechunk::ExpireReport& report, bool dry_run) {
  fmt::print("{} {} the history\n", count(report.released.size(), "snapshot"), dry_run ? "would leave" : "left");
  print_names("branches", report.deleted_branches, dry_run);
  print_names("tags", report.deleted_tags, dry_run);
}

void print_report(const icechunk::CollectReport& report, bool dry_run) {
  const auto total = report.total();
  fmt::print("{}, {} {}: {}, {}, {}, {}\n", count(total.objects, "object"), format_bytes(total.bytes),
             dry_run ? "would be deleted" : "deleted", count(report.snapshots.objects, "snapshot"),
             count(report.transaction_logs.objects, "transaction log"), count(report.manifests.objects, "manifest"),
             count(report.chunks.objects, "chunk"));
}

}  // namespace vdp::cli
