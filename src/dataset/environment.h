// $NAME: the process's environment, then the file .env beside the dataset file.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dataset/dataset_file.h"

namespace vdp::dataset {

/// Lines NAME=VALUE; "export " before and quotes around are taken off; '#' begins a comment line. `invalid` names the
/// line.
Result<std::map<std::string, std::string>> parse_env_file(std::string_view text);

/// What `environment` knows, else what `folder`/.env says. A missing .env is no error.
Result<EnvironmentLookup> with_env_file(const EnvironmentLookup& environment, const std::string& folder);

}  // namespace vdp::dataset
