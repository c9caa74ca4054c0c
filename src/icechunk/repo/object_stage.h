// ObjectStage: objects under new ids that a session has made, and that are not in the store yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// Nothing refers to such an object before the commit is published, so all of a commit go to the store together: one
/// round of parallel requests to S3, one sync of each folder on a disk. Used by one thread.
class ObjectStage {
 public:
  explicit ObjectStage(RepositoryState& repository) : repository_(repository) {}

  /// Where much is waiting already, all of it is put first.
  Status add(std::string key, Bytes object);
  /// An object that is waiting; null for others.
  const Bytes* find(std::string_view key) const;
  /// Puts all that wait; after an error they still do. The same bytes under the same new id can be put again and again:
  /// lost answers do no harm, and for the caller an object of which nothing is known was not written (`transient`).
  Status put_all();

 private:
  RepositoryState& repository_;
  std::vector<NewObject> waiting_;
  std::uint64_t waiting_bytes_ = 0;
};

}  // namespace vdp::icechunk
