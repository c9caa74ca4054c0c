// What a repository holds beside its history: configuration, status, metadata, feature flags.
#include "icechunk/repo/legacy_config.h"
#include "icechunk/repo/repo_update.h"
#include "icechunk/repo/repository.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

void put_config(RepoInfo& info, const RepositoryConfig& config) {
  info.config = encode_flexbuffer(config.document());
  if (config.is_default()) info.config.reset();
}

}  // namespace

Result<RepositoryConfig> Repository::config() const {
  if (format_version() == 1) {
    VDP_ASSIGN(const RepositoryConfig stored, load_legacy_config(store()));
    return stored.overlaid_by(state_->config());
  }
  VDP_ASSIGN(const auto repo, state_->load_repo());
  return effective_config(*state_, repo->info);
}

Status Repository::save_config(const RepositoryConfig& config) {
  return update_repo(*state_, {ConfigChanged{},
                               [&](RepoInfo& info) -> Status {
                                 put_config(info, config);
                                 return {};
                               },
                               nullptr});
}

Status Repository::save_config() {
  return update_repo(*state_, {ConfigChanged{},
                               [&](RepoInfo& info) -> Status {
                                 VDP_ASSIGN(const RepositoryConfig config, effective_config(*state_, info));
                                 put_config(info, config);
                                 return {};
                               },
                               nullptr});
}

Result<RepositoryStatus> Repository::status() const {
  if (format_version() == 1) return RepositoryStatus();
  VDP_ASSIGN(const auto repo, state_->load_repo());
  return repo->info.status;
}

Status Repository::set_status(Availability availability, const std::optional<std::string>& reason) {
  const RepositoryStatus status{availability, state_->clock().now_us(), reason};
  RepoUpdate update;
  update.entry = StatusChanged{status};
  update.edit = [&](RepoInfo& info) -> Status {
    info.status = status;
    return {};
  };
  update.ignores_status = true;
  return update_repo(*state_, update);
}

Result<Json> Repository::metadata() const {
  if (format_version() == 1) return Json::object();
  VDP_ASSIGN(const auto repo, state_->load_repo());
  VDP_ASSIGN_IN("repository metadata", Json metadata, decode_metadata(repo->info.metadata, 2));
  return metadata;
}

Status Repository::set_metadata(const Json& object) {
  if (!object.is_object()) return invalid("repository metadata: expected a JSON object");
  return update_repo(*state_, {MetadataChanged{},
                               [&](RepoInfo& info) -> Status {
                                 info.metadata = encode_metadata(object);
                                 return {};
                               },
                               nullptr});
}

Result<std::map<FeatureFlag, bool>> Repository::feature_flags() const {
  std::map<FeatureFlag, bool> flags;
  if (format_version() == 1) {
    for (const FeatureFlag flag : all_feature_flags) flags[flag] = true;
    return flags;
  }
  VDP_ASSIGN(const auto repo, state_->load_repo());
  for (const FeatureFlag flag : all_feature_flags) flags[flag] = is_enabled(repo->info, flag);
  return flags;
}

Status Repository::set_feature_flag(FeatureFlag flag, std::optional<bool> value) {
  const FeatureFlagChanged entry{static_cast<std::uint16_t>(flag), value.value_or(false), value.has_value()};
  return update_repo(*state_, {entry,
                               [&](RepoInfo& info) -> Status {
                                 icechunk::set_feature_flag(info, flag, value);
                                 return {};
                               },
                               nullptr});
}

}  // namespace vdp::icechunk
