// The objects of a file by path, in the order of a walk from the root.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/hdf5/assemble.h"

namespace vdp::hdf5 {

struct Place {
  std::string path;   ///< "/", "/grid", "/grid/lat"
  std::string group;  ///< path of the group that holds it; of the root itself
  Address address = undefined_address;
};

struct Listing {
  std::vector<Place> places;                  ///< each group before what it holds, in byte order of names
  std::map<Address, std::string> first_path;  ///< the path that names an object reached by several
  std::vector<SkippedObject> skipped;         ///< links that lead nowhere, and links that run in a circle
};

/// `limit` where there are more places than limits.max_objects, groups deeper than limits.max_depth, or paths that
/// would take more than the budget.
Result<Listing> list_objects(const ObjectGraph& graph, const ParseLimits& limits, MemoryBudget& budget);

/// Text for a message or a path that may come from a hostile file: bytes that are not UTF-8 become '?'.
std::string printable(std::string text);

}  // namespace vdp::hdf5
