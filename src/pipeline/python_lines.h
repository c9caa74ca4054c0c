// The lines of Python that open a store, for people to copy.
#pragma once

#include <string>

#include "dataset/dataset_file.h"

namespace vdp {

/// For the official icechunk 2.3 and xarray. They hold no secret: what the reader needs comes from the reader's own
/// environment, by the names that this engine uses.
Result<std::string> python_lines(const dataset::DatasetFile& file);

}  // namespace vdp
