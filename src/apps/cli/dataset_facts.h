// What a dataset file tells of itself to the settings.
#pragma once

#include <string>

#include "apps/settings/read_settings.h"
#include "dataset/dataset_file.h"

namespace vdp::cli {

/// `invalid` with all findings of the file in one line.
Result<settings::DatasetFacts> read_dataset_facts(const std::string& path,
                                                  const dataset::EnvironmentLookup& environment);

}  // namespace vdp::cli
