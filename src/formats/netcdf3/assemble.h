// From a decoded header to the tree of what the file virtualises to.
#pragma once

#include "formats/netcdf3/header.h"
#include "formats/parse.h"
#include "manifest/virtual_dataset.h"

namespace vdp::netcdf3 {

/// Groups there are none but the root. `corrupt` where the records' places contradict each other, `limit` where there
/// are more variables or chunks than allowed, or they would take more memory than a file of this size is worth.
Result<VirtualTree> assemble(const Header& header, std::uint64_t file_size, const SourceLocation& source,
                             const ParseLimits& limits);

}  // namespace vdp::netcdf3
