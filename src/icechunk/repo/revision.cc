#include "icechunk/repo/revision.h"

namespace vdp::icechunk {

std::string describe(const Revision& revision) {
  if (const auto* branch = std::get_if<Branch>(&revision)) return "branch " + branch->name;
  if (const auto* tag = std::get_if<Tag>(&revision)) return "tag " + tag->name;
  return "snapshot " + std::get<SnapshotId>(revision).text();
}

}  // namespace vdp::icechunk
