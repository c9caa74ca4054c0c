// How a new store is set up: where its virtual chunks may come from, and how its references are divided among
// manifests.
#pragma once

#include "dataset/dataset_file.h"
#include "dataset/template.h"
#include "icechunk/repo/repository_config.h"

namespace vdp {

/// One container for the source prefix; cells along the axis of about 200,000 references, or as `manifest.split` says.
/// Added to `present`, what the repository has: other datasets may live in it. `unsupported` for a source whose scheme
/// has no container yet.
Result<icechunk::RepositoryConfig> repository_config(const dataset::DatasetFile& file, const dataset::Template& store,
                                                     icechunk::RepositoryConfig present);

}  // namespace vdp
