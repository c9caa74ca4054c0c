// What lies below a local directory.
#pragma once

#include <string_view>
#include <vector>

#include "store/local_root.h"

namespace vdp::local {

/// The regular files whose keys begin with `prefix`, in byte order of their keys; temporary files are left out.
/// With Links::follow also what symbolic links lead to, under the name of each link. A link whose target cannot be
/// reached is listed with size 0 and its own times, so that whoever reads it is told. A directory is not entered again
/// below itself, so that cycles end. `limit` above 4 million directories.
Result<std::vector<ObjectInfo>> list_objects(const LocalRoot& root, std::string_view prefix, Links links);

}  // namespace vdp::local
