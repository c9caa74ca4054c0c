// The inside of a session.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "icechunk/repo/array_refs.h"
#include "icechunk/repo/change_set.h"
#include "icechunk/repo/commit_options.h"
#include "icechunk/repo/commit_outcome.h"
#include "icechunk/repo/object_stage.h"
#include "icechunk/repo/rebase_outcome.h"
#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

class SessionState {
 public:
  SessionState(std::shared_ptr<RepositoryState> of, std::shared_ptr<const Snapshot> on, RepositoryConfig with)
      : repository(std::move(of)), base(std::move(on)), config(std::move(with)), objects(*repository) {}

  std::shared_ptr<RepositoryState> repository;
  std::shared_ptr<const Snapshot> base;
  std::optional<std::string> branch;
  RepositoryConfig config;  ///< as it was when the session was opened
  ChangeSet changes;
  ObjectStage objects;         ///< that the changes refer to
  bool spent = false;          ///< a commit's outcome is unknown
  bool rearranges = false;     ///< it moves nodes, and does nothing else
  bool forked = false;         ///< of a Fork: it writes, and is exported in place of a commit
  std::set<NodeId> inherited;  ///< new nodes that came with the fork
  /// The last commit that found the branch moved, and ChangeSet::revision at that time.
  struct Attempt {
    SnapshotId snapshot;
    std::uint64_t revision = 0;
  };
  std::optional<Attempt> last_attempt;

  Status check_usable() const;
  Status check_writable() const;
  Status check_committable() const;

  /// `not_found`, or `invalid` for a group where an array is asked for.
  Result<const NodeSnapshot*> node(const std::string& path) const;
  Result<const NodeSnapshot*> array(const std::string& path) const;
  ArrayRefs refs(const NodeSnapshot& array) const;
  /// Valid until the next change.
  ManifestFiles manifest_files() const { return {*base, &changes.own_manifests()}; }
};

/// `index` as manifests hold it; `invalid` outside the array's grid.
Result<GridIndex> grid_index(const NodeSnapshot& array, const zarr::Shape& index);

/// See Session::commit.
Result<CommitOutcome> commit_session(SessionState& session, const std::string& message, const Json& metadata,
                                     bool allow_empty = false);
Result<CommitOutcome> commit_with_solver(SessionState& session, const std::string& message, const Json& metadata,
                                         const CommitOptions& options);
/// See Session::amend.
Result<CommitOutcome> amend_session(SessionState& session, const std::string& message, const Json& metadata,
                                    bool allow_empty);
/// See Session::flush.
Result<CommitOutcome> flush_session(SessionState& session, const std::string& message, const Json& metadata);
/// See Session::rebase.
Result<RebaseOutcome> rebase_session(SessionState& session, const ConflictSolver& solver);

}  // namespace vdp::icechunk
