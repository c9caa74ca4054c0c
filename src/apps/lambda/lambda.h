// The whole of a function's process.
#pragma once

#include <string>

#include "dataset/dataset_file.h"

namespace vdp::lambda {

/// Serves as the role until the service ends the process: true. False after an error, which was logged, and told to the
/// service where it answers. `environment` has AWS_LAMBDA_RUNTIME_API and the settings.
bool run(const std::string& role, const dataset::EnvironmentLookup& environment);

}  // namespace vdp::lambda
