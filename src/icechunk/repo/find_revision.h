// A revision as people write it.
#pragma once

#include <string>

#include "icechunk/repo/repository.h"

namespace vdp::icechunk {

/// Shortest beginning of a snapshot's id that is looked up.
inline constexpr std::size_t min_id_prefix = 4;

/// `text` is the name of a branch or of a tag, a snapshot's id, or the beginning of one; "branch:NAME", "tag:NAME" and
/// "snapshot:ID" say which. A whole name or id goes before a beginning. Errors: `not_found`; `invalid` where it can
/// mean several, which the message names.
Result<Revision> find_revision(const Repository& repository, const std::string& text);

}  // namespace vdp::icechunk
