// Shaping of virtual datasets without touching a byte of data.
#pragma once

#include <string>
#include <vector>

#include "manifest/virtual_dataset.h"

namespace vdp {

/// Adds leading dimensions of length 1 with chunk edge 1, so that `dims` becomes the array's dimensions. `dims` must
/// end with the array's own dimension names in their order.
Status promote(VirtualArray& array, const std::vector<std::string>& dims);

/// Splits contiguous unfiltered chunks along dimension `axis` into chunks of `edge` steps: references only. Needs
/// chunks of one step along every dimension before `axis`, that span all later dimensions whole, and no codec but
/// `bytes`; otherwise `unsupported`, saying which. True where the array can be split is told by `splittable`.
bool splittable(const VirtualArray& array, std::size_t axis);
Status split(VirtualArray& array, std::size_t axis, std::uint64_t edge);

/// Splits along `axis` into chunks of `edge` steps, and so that it can be done, into single steps along every dimension
/// before it. Errors as for split; then nothing is changed.
Status subchunk(VirtualArray& array, std::size_t axis, std::uint64_t edge);

}  // namespace vdp
