#include "icechunk/repo/interop_repository_ops.h"

#include <fmt/format.h>

namespace vdp::icechunk {
namespace {

Result<Json> succeeded(const Status& status) {
  if (!status) return std::unexpected(status.error());
  return Json(true);
}

Result<SnapshotId> snapshot(const Json& step, const char* key = "snapshot") {
  return SnapshotId::parse(step.at(key).get<std::string>());
}

std::string name(const Json& step) { return step.at("name"); }

std::optional<std::string> text(const Json& step, const char* key) {
  if (!step.contains(key) || step.at(key).is_null()) return std::nullopt;
  return step.at(key).get<std::string>();
}

Result<Json> create_ref(Repository& repository, const Json& step, bool tag) {
  VDP_ASSIGN(const SnapshotId id, snapshot(step));
  return succeeded(tag ? repository.create_tag(name(step), id) : repository.create_branch(name(step), id));
}

Result<Json> reset_branch(Repository& repository, const Json& step) {
  VDP_ASSIGN(const SnapshotId to, snapshot(step));
  std::optional<SnapshotId> expected;
  if (step.contains("expected")) {
    VDP_ASSIGN(expected, snapshot(step, "expected"));
  }
  return succeeded(repository.reset_branch(name(step), to, expected));
}

Result<Json> status(const Repository& repository) {
  VDP_ASSIGN(const RepositoryStatus found, repository.status());
  constexpr const char* names[] = {"online", "read_only", "offline"};
  return Json{{"availability", names[static_cast<int>(found.availability)]},
              {"set_at_us", found.set_at_us},
              {"reason", found.reason ? Json(*found.reason) : Json()}};
}

Result<Json> set_status(Repository& repository, const Json& step) {
  const std::string availability = step.at("availability");
  return succeeded(repository.set_status(availability == "online"      ? Availability::online
                                         : availability == "read_only" ? Availability::read_only
                                                                       : Availability::offline,
                                         text(step, "reason")));
}

Result<Json> feature_flags(const Repository& repository) {
  VDP_ASSIGN(const auto flags, repository.feature_flags());
  Json json = Json::object();
  for (const auto& [flag, enabled] : flags) json[std::string(to_string(flag))] = enabled;
  return json;
}

Result<Json> set_flag(Repository& repository, const Json& step) {
  VDP_ASSIGN(const FeatureFlag flag, parse_feature_flag(step.at("flag").get<std::string>()));
  std::optional<bool> value;
  if (!step.at("value").is_null()) value = step.at("value").get<bool>();
  return succeeded(repository.set_feature_flag(flag, value));
}

Json outcome_json(const CommitOutcome& outcome) {
  if (const auto* done = std::get_if<Committed>(&outcome)) return {{"committed", done->snapshot.text()}};
  if (const auto* conflict = std::get_if<CommitConflict>(&outcome)) {
    return {{"conflict", {conflict->expected_tip.text(), conflict->found_tip.text()}}};
  }
  if (const auto* unknown = std::get_if<CommitUnknown>(&outcome)) return {{"unknown", unknown->reason}};
  return "nothing";
}

}  // namespace

std::optional<Result<Json>> run_repository_op(Repository& repository, const std::string& op, const Json& step) {
  if (op == "create_branch" || op == "create_tag") return create_ref(repository, step, op == "create_tag");
  if (op == "delete_branch") return succeeded(repository.delete_branch(name(step)));
  if (op == "delete_tag") return succeeded(repository.delete_tag(name(step)));
  if (op == "reset_branch") return reset_branch(repository, step);
  if (op == "status") return status(repository);
  if (op == "set_status") return set_status(repository, step);
  if (op == "metadata") return repository.metadata();
  if (op == "set_metadata") return succeeded(repository.set_metadata(step.at("metadata")));
  if (op == "feature_flags") return feature_flags(repository);
  if (op == "set_feature_flag") return set_flag(repository, step);
  return std::nullopt;
}

std::optional<Result<Json>> run_commit_op(Session& session, const std::string& op, const Json& step) {
  const std::string message = step.value("message", "");
  const Json metadata = step.value("metadata", Json::object());
  std::optional<Result<CommitOutcome>> outcome;
  if (op == "commit") outcome = session.commit(message, metadata);
  if (op == "amend") outcome = session.amend(message, metadata, step.value("allow_empty", false));
  if (op == "flush") outcome = session.flush(message, metadata);
  if (!outcome) return std::nullopt;
  if (!*outcome) return std::unexpected(outcome->error());
  return outcome_json(**outcome);
}

}  // namespace vdp::icechunk
