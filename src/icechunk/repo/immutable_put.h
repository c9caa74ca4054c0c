// Writing an object under an id that nobody else uses.
#pragma once

#include <string>

#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {

/// The same bytes under the same new id can be put again and again: lost answers do no harm.
Status put_immutable(const RepositoryState& repository, const std::string& key, ByteView object);

}  // namespace vdp::icechunk
