// The virtual chunk container of a dataset's source: how readers of the store reach the files that it refers to.
#pragma once

#include <optional>

#include "dataset/dataset_file.h"
#include "icechunk/repo/virtual_chunk_container.h"

namespace vdp {

/// From the prefix and the access to it, completed from this machine's environment (region and endpoint of S3), as
/// other machines have another one. Nothing for sources in memory, which no other process can read. `unsupported` for
/// a scheme that has no container.
Result<std::optional<icechunk::VirtualChunkContainer>> source_container(const dataset::SourceSpec& source);

}  // namespace vdp
