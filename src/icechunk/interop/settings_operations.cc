#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"

namespace vdp::icechunk {
namespace {

constexpr const char* availability_names[] = {"online", "read_only", "offline"};

Result<Json> status(Repository& repository, const Json&) {
  VDP_ASSIGN(const RepositoryStatus found, repository.status());
  return Json{{"availability", availability_names[static_cast<int>(found.availability)]},
              {"set_at_us", found.set_at_us},
              {"reason", found.reason ? Json(*found.reason) : Json()}};
}

/// {"availability": "online" | "read_only" | "offline", "reason": TEXT}, the last where there is one
Result<Json> set_status(Repository& repository, const Json& step) {
  const std::string availability = step.at("availability");
  std::optional<std::string> reason;
  if (const Json given = step.value("reason", Json()); !given.is_null()) reason = given;
  return answer(repository.set_status(availability == "online"      ? Availability::online
                                      : availability == "read_only" ? Availability::read_only
                                                                    : Availability::offline,
                                      reason));
}

Result<Json> metadata(Repository& repository, const Json&) { return repository.metadata(); }

Result<Json> set_metadata(Repository& repository, const Json& step) {
  return answer(repository.set_metadata(step.at("metadata")));
}

Result<Json> feature_flags(Repository& repository, const Json&) {
  VDP_ASSIGN(const auto flags, repository.feature_flags());
  Json json = Json::object();
  for (const auto& [flag, enabled] : flags) json[std::string(to_string(flag))] = enabled;
  return json;
}

/// {"flag": NAME, "value": true | false | null}
Result<Json> set_feature_flag(Repository& repository, const Json& step) {
  VDP_ASSIGN(const FeatureFlag flag, parse_feature_flag(step.at("flag").get<std::string>()));
  std::optional<bool> value;
  if (!step.at("value").is_null()) value = step.at("value").get<bool>();
  return answer(repository.set_feature_flag(flag, value));
}

}  // namespace

const Operations<RepositoryOperation>& settings_operations() {
  static const Operations<RepositoryOperation> table = {
      {"status", status},
      {"set_status", set_status},
      {"metadata", metadata},
      {"set_metadata", set_metadata},
      {"feature_flags", feature_flags},
      {"set_feature_flag", set_feature_flag},
  };
  return table;
}

}  // namespace vdp::icechunk
