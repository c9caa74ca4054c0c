#include "icechunk/upkeep/rewrite_manifests.h"

#include <fmt/format.h>

namespace vdp::icechunk {
namespace {

constexpr const char* own_metadata = "__icechunk";

/// What the official library notes where nothing is split.
ManifestSplitting unsplit() {
  PathCondition all{PathCondition::Kind::path_matches, ".*", {}};
  return ManifestSplitting({{std::move(all), {{DimensionSplit::Kind::any, 0, "", UINT32_MAX}}}});
}

Result<Json> commit_metadata(const RewriteManifestsOptions& options, const ManifestSplitting& splitting) {
  Json metadata = options.metadata;
  if (!metadata.is_object()) return invalid("commit metadata: expected a JSON object");
  Json& own = metadata[own_metadata];
  if (!own.is_object()) own = Json::object();
  own["splitting_config"] = (splitting.rules().empty() ? unsplit() : splitting).to_json();
  return metadata;
}

Status rewrite_arrays(Session& session, const ManifestSplitting& splitting, bool dry_run,
                      RewriteManifestsReport& report) {
  report = {};
  for (const NodeSummary& node : session.nodes()) {
    if (node.kind != NodeKind::array) continue;
    VDP_ASSIGN(const ManifestRewrite rewrite, session.rewrite_manifests(node.path, splitting, dry_run));
    report.arrays += rewrite.rewritten == 0 ? 0 : 1;
    report.manifests.before += rewrite.before;
    report.manifests.after += rewrite.after;
    report.manifests.rewritten += rewrite.rewritten;
  }
  return {};
}

}  // namespace

Result<RewriteManifestsReport> rewrite_manifests(const Repository& repository, const RewriteManifestsOptions& options) {
  VDP_TRY(repository.writable());
  VDP_ASSIGN(RepositoryConfig config, repository.config());
  VDP_ASSIGN(ManifestSplitting splitting, config.manifest_splitting());
  if (options.splitting) splitting = *options.splitting;
  VDP_ASSIGN(const Json metadata, commit_metadata(options, splitting));
  RewriteManifestsReport report;
  if (options.dry_run) {
    VDP_ASSIGN(Session session, repository.readonly_session(Branch{options.branch}));
    VDP_TRY(rewrite_arrays(session, splitting, true, report));
    return report;
  }
  if (options.save_splitting) {
    config.set_manifest_splitting(splitting);
    VDP_TRY(Repository(repository).save_config(config));
  }
  for (int attempt = 0; attempt < options.max_attempts; ++attempt) {
    VDP_ASSIGN(Session session, repository.writable_session(options.branch));
    VDP_TRY(rewrite_arrays(session, splitting, false, report));
    VDP_ASSIGN(const CommitOutcome outcome, session.commit(options.message, metadata));
    if (const auto* committed = std::get_if<Committed>(&outcome)) {
      report.snapshot = committed->snapshot;
      return report;
    }
    if (std::holds_alternative<NothingToCommit>(outcome)) return report;
    if (const auto* unknown = std::get_if<CommitUnknown>(&outcome)) {
      return fail(ErrorKind::outcome_unknown, fmt::format("snapshot {} may or may not have been committed: {}",
                                                          unknown->snapshot.text(), unknown->reason));
    }
  }
  return conflict(fmt::format("other writers of branch {} were first {} times", options.branch, options.max_attempts));
}

}  // namespace vdp::icechunk
