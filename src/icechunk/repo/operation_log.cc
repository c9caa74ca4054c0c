#include "icechunk/repo/operation_log.h"

#include <set>

#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {

Status for_each_log_part(const RepositoryState& repository, const RepoInfo& newest,
                         const std::function<bool(const RepoInfo& part)>& visit) {
  ObjectStore& store = repository.store();
  std::set<std::string> followed;
  const RepoInfo* part = &newest;
  RepoInfo former;
  while (visit(*part)) {
    if (!part->updates_before || !followed.insert(*part->updates_before).second) return {};
    const std::string key = backup_key(*part->updates_before);
    const auto object = store.get(key);
    if (!object && object.error().kind == ErrorKind::not_found) return {};
    if (!object) return std::unexpected(within(store.url(), object.error()));
    VDP_ASSIGN_IN(store.url() + key, former, decode_repo_info(object->bytes));
    part = &former;
  }
  return {};
}

}  // namespace vdp::icechunk
