// The processor that `vdp new --processor` makes: the sample under another name.
#pragma once

#include <string>

#include "apps/cli/scaffold/new_files.h"

namespace vdp::cli {

/// The files of the sample in `processors`, renamed, as files of `processors`/NAME. `not_found` where there is no
/// sample, which is in the source tree; `invalid` for the name of a processor that is there.
Result<NewFiles> processor_scaffold(const std::string& processors, const std::string& name);

/// As it stands in C++: '-' becomes '_'.
std::string processor_identifier(const std::string& name);

}  // namespace vdp::cli
