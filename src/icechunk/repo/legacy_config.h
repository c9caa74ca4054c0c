// The configuration of format version 1: the object config.yaml.
#pragma once

#include "icechunk/repo/repository_config.h"
#include "store/object_store.h"

namespace vdp::icechunk {

inline constexpr std::string_view legacy_config_key = "config.yaml";

/// The default one where there is no such object.
Result<RepositoryConfig> load_legacy_config(ObjectStore& store);

}  // namespace vdp::icechunk
