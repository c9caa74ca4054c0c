// Files that a scaffold makes: all of them, or none.
#pragma once

#include <map>
#include <string>

#include "base/error.h"

namespace vdp::cli {

/// Path -> text.
using NewFiles = std::map<std::string, std::string>;

/// Writes the files, and the folders that they need. `invalid` where one is there already: then none is written.
Status write_new_files(const NewFiles& files);

/// A name that folders, CMake targets and C++ can be made of: small letters, digits, '-' and '_', a letter first.
Status check_new_name(const std::string& name);

}  // namespace vdp::cli
