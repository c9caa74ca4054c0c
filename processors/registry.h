// The processors that were compiled in, by name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataset/dataset_file.h"
#include "vdp/processor.h"

namespace vdp {

/// "dataset", which a dataset file describes, and the folders of processors/.
std::vector<std::string> processor_names();

/// `invalid` for a name that is not there, naming the nearest.
Result<std::unique_ptr<Processor>> make_processor(const std::string& name, const dataset::DatasetFile& file);

}  // namespace vdp
