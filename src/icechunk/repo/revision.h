// What can be read: a branch's tip, a tag, or a snapshot by its id.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/json.h"
#include "icechunk/format/ids.h"

namespace vdp::icechunk {

struct Branch {
  std::string name;
};
struct Tag {
  std::string name;
};
using Revision = std::variant<Branch, Tag, SnapshotId>;

/// "branch main", "tag v1", "snapshot 1CECHNKREP0F1RSTCMT0".
std::string describe(const Revision& revision);

/// All names of a repository.
struct Refs {
  std::map<std::string, SnapshotId> branches;
  std::map<std::string, SnapshotId> tags;
  /// Names that can never be tags again, and what they named where the operations log still tells.
  std::map<std::string, std::optional<SnapshotId>> deleted_tags;
};

/// One line of a history.
struct SnapshotSummary {
  SnapshotId id;
  std::optional<SnapshotId> parent;  ///< none for the first
  TimestampUs flushed_at_us = 0;
  std::string message;
  Json metadata = Json::object();  ///< name -> value
};

}  // namespace vdp::icechunk
