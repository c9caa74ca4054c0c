// From the objects of a file, found by address, to groups and arrays by path.
#pragma once

#include <map>

#include "formats/hdf5/array_builder.h"
#include "formats/memory_budget.h"
#include "formats/parse.h"

namespace vdp::hdf5 {

/// Everything that was decoded, by address of the object header.
struct ObjectGraph {
  Address root = undefined_address;
  std::map<Address, Object> objects;
  std::map<Address, DatasetContents> contents;  ///< of the datasets
};

/// Every path by which an object is reached from the root is a copy of it, as in HDF5; links back to a group that
/// contains them are skipped. Soft links are followed inside the file.
/// `limit` where all the copies would take more than the budget.
Result<VirtualTree> assemble(const FileView& file, const ObjectGraph& graph, const SourceLocation& source,
                             const ParseLimits& limits, MemoryBudget& budget);

}  // namespace vdp::hdf5
