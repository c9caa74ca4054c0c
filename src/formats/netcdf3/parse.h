// NetCDF-3, that is the classic formats CDF-1, CDF-2 and CDF-5: from a source's bytes to its virtual tree.
#pragma once

#include "formats/byte_source.h"
#include "formats/parse.h"
#include "formats/read_plan.h"

namespace vdp::netcdf3 {

/// Every variable and attribute. Only the header is read: one read of the beginning, and for headers that are longer,
/// further ones that quickly grow. A variable that zarr cannot represent, or whose values are not all in the file, is
/// in `skipped` with its reason. Errors: `invalid` for what is no such file, `corrupt` for what breaks the format,
/// naming offset, found and expected; `limit`; and whatever the source answers.
Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits, const ReadPlan& plan);
/// As the source says that it is best read.
Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits);

}  // namespace vdp::netcdf3
