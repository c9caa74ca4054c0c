#include "icechunk/interop/operations.h"
#include "icechunk/interop/step_fields.h"

namespace vdp::icechunk {
namespace {

/// {"name": NAME, "snapshot": ID}
Result<Json> create_branch(Repository& repository, const Json& step) {
  VDP_ASSIGN(const SnapshotId id, snapshot_of(step));
  return answer(repository.create_branch(name_of(step), id));
}

Result<Json> create_tag(Repository& repository, const Json& step) {
  VDP_ASSIGN(const SnapshotId id, snapshot_of(step));
  return answer(repository.create_tag(name_of(step), id));
}

Result<Json> delete_branch(Repository& repository, const Json& step) {
  return answer(repository.delete_branch(name_of(step)));
}

Result<Json> delete_tag(Repository& repository, const Json& step) {
  return answer(repository.delete_tag(name_of(step)));
}

/// {"name": NAME, "snapshot": ID, "expected": ID}, the last only where the former tip matters
Result<Json> reset_branch(Repository& repository, const Json& step) {
  VDP_ASSIGN(const SnapshotId to, snapshot_of(step));
  std::optional<SnapshotId> expected;
  if (step.contains("expected")) {
    VDP_ASSIGN(expected, snapshot_of(step, "expected"));
  }
  return answer(repository.reset_branch(name_of(step), to, expected));
}

}  // namespace

const Operations<RepositoryOperation>& ref_operations() {
  static const Operations<RepositoryOperation> table = {
      {"create_branch", create_branch}, {"create_tag", create_tag},     {"delete_branch", delete_branch},
      {"delete_tag", delete_tag},       {"reset_branch", reset_branch},
  };
  return table;
}

}  // namespace vdp::icechunk
