// From a declared variable to a virtual array.
#pragma once

#include "base/json.h"
#include "formats/memory_budget.h"
#include "formats/netcdf3/header.h"
#include "formats/netcdf3/record_layout.h"
#include "manifest/virtual_dataset.h"

namespace vdp::netcdf3 {

/// A file, as far as its variables share it.
struct FileLayout {
  const Header& header;
  RecordLayout records;
  std::uint64_t file_size = 0;
  const SourceLocation& source;
};

/// Metadata with fill value and dimension names, and references. A variable of fixed size is one chunk. So is the only
/// record variable of a file, as its records follow each other; of several, each record is a chunk. `attributes` give
/// the fill value, and become the array's as they are. `corrupt` where its values are not all in the file,
/// `unsupported` where Zarr's readers could not hold it: then the array alone is lost. `limit`: the budget is at its
/// end.
Result<VirtualArray> build_array(const FileLayout& file, const Variable& variable, Json attributes,
                                 MemoryBudget& budget);

}  // namespace vdp::netcdf3
