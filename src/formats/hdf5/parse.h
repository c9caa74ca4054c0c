// HDF5 and netCDF-4: from a source's bytes to its virtual tree.
//
// Three parts that do not know each other: SparseBytes holds the ranges that were read (cache), the decoders turn
// bytes into structures and name the ranges they miss (decode), and `fetch_until_decoded` reads those, a round at a
// time (fetch).
#pragma once

#include "formats/byte_source.h"
#include "formats/parse.h"
#include "formats/read_plan.h"

namespace vdp::hdf5 {

/// Every group, attribute and chunk index of the file. An object that zarr cannot represent is in `skipped` with its
/// reason. Errors: `corrupt` for what is no HDF5 file, is truncated or breaks the format, naming offset, found and
/// expected; `limit`; and whatever the source answers.
Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits, const ReadPlan& plan);
/// As the source says that it is best read.
Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits);

}  // namespace vdp::hdf5
