// Steps of an interop script (see interop_driver.cc) that are operations of a repository, or commits of a session.
#pragma once

#include <optional>
#include <string>

#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

/// Nothing where `op` is not one of them.
///   {"op": "create_branch" or "create_tag", "name", "snapshot"}
///   {"op": "delete_branch" or "delete_tag", "name"}
///   {"op": "reset_branch", "name", "snapshot", "expected"?}
///   {"op": "status"}, {"op": "set_status", "availability": "online" | "read_only" | "offline", "reason"?}
///   {"op": "metadata"}, {"op": "set_metadata", "metadata"}
///   {"op": "feature_flags"}, {"op": "set_feature_flag", "flag", "value": true | false | null}
std::optional<Result<Json>> run_repository_op(Repository& repository, const std::string& op, const Json& step);

/// Nothing where `op` is not one of them: {"op": "commit" | "amend" | "flush", "message"?, "metadata"?}, and for amend
/// "allow_empty"?. Gives {"committed": ID}, {"conflict": [EXPECTED, FOUND]}, {"unknown": REASON} or "nothing".
std::optional<Result<Json>> run_commit_op(Session& session, const std::string& op, const Json& step);

}  // namespace vdp::icechunk
