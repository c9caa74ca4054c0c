#include "icechunk/interop/operations.h"
#include "icechunk/upkeep/collect.h"
#include "icechunk/upkeep/expire.h"

namespace vdp::icechunk {
namespace {

ExpiredRefs expired_refs(const Json& step, const char* key) {
  return step.value(key, false) ? ExpiredRefs::remove : ExpiredRefs::keep;
}

Json texts(const std::vector<SnapshotId>& ids) {
  Json json = Json::array();
  for (const SnapshotId& id : ids) json.push_back(id.text());
  return json;
}

/// {"older_than_us": n, "delete_branches": bool, "delete_tags": bool}: no snapshot is too young.
Result<Json> expire_old(Repository& repository, const Json& step) {
  ExpireOptions options;
  options.older_than_us = step.at("older_than_us");
  options.branches = expired_refs(step, "delete_branches");
  options.tags = expired_refs(step, "delete_tags");
  options.minimum_age_us = 0;
  VDP_ASSIGN(const ExpireReport report, expire(repository, options));
  return Json{{"released", texts(report.released)},
              {"deleted_branches", report.deleted_branches},
              {"deleted_tags", report.deleted_tags}};
}

/// {"older_than_us": n}
Result<Json> collect_garbage(Repository& repository, const Json& step) {
  CollectOptions options;
  options.older_than_us = step.at("older_than_us");
  options.minimum_age_us = 0;
  VDP_ASSIGN(const CollectReport report, collect(repository, options));
  const ObjectTotal deleted = report.deleted.total();
  return Json{{"released", texts(report.released)}, {"objects", deleted.objects}, {"bytes", deleted.bytes}};
}

}  // namespace

const Operations<RepositoryOperation>& upkeep_operations() {
  static const Operations<RepositoryOperation> table = {
      {"expire", expire_old},
      {"collect", collect_garbage},
  };
  return table;
}

}  // namespace vdp::icechunk
