// From a source to its virtual tree, whatever its format.
#pragma once

#include <string>

#include "formats/byte_source.h"
#include "manifest/virtual_dataset.h"
#include "zarr/values.h"

namespace vdp {

/// Bounds of one parse; exceeded ones are `limit` errors.
struct ParseLimits {
  std::uint64_t max_metadata_bytes = 1ULL << 30;
  std::uint64_t max_objects = 1'000'000;
  std::uint64_t max_chunks = 50'000'000;
  std::uint32_t max_depth = 64;
};

/// `format`: "auto" (by signature) or a format's name, which the file must then have. A format that is not known, or
/// not implemented, is `unsupported`, naming what was found. One odd object is skipped with its reason, never the whole
/// file.
Result<VirtualTree> parse_source(ByteSource& source, const std::string& format, const ParseLimits& limits = {});

/// Reads chunks of `array` (through `source`; inlined ones from memory) for zarr::read_elements.
zarr::ChunkReader chunk_reader(ByteSource& source, const VirtualArray& array);

}  // namespace vdp
