#include "icechunk/repo/legacy_config.h"

#include "icechunk/format/config_yaml.h"

namespace vdp::icechunk {

Result<RepositoryConfig> load_legacy_config(ObjectStore& store) {
  const Result<ObjectData> object = store.get(legacy_config_key);
  if (!object && object.error().kind == ErrorKind::not_found) return RepositoryConfig();
  if (!object) return std::unexpected(within(store.url(), object.error()));
  VDP_ASSIGN_IN(store.url() + std::string(legacy_config_key), Json document, decode_config_yaml(object->bytes));
  if (!document.is_null() && !document.is_object()) {
    return corrupt(store.url() + std::string(legacy_config_key) + ": expected a map of settings");
  }
  return RepositoryConfig(std::move(document));
}

}  // namespace vdp::icechunk
