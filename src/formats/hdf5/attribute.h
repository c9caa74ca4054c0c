// Attributes: named small values of an object ("IV.A.2.m, v").
#pragma once

#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "formats/hdf5/dataspace.h"
#include "formats/hdf5/datatype.h"
#include "formats/hdf5/global_heap.h"
#include "formats/hdf5/object_header.h"

namespace vdp::hdf5 {

struct Attribute {
  std::string name;
  Datatype type;
  Dataspace space;
  ByteView data;        ///< valid until bytes are inserted
  std::string problem;  ///< why type, shape and data could not be read; empty: they could
};

/// All attributes of the object whose header has `messages`, compact and dense. One that cannot be read keeps its name
/// and says why; only the failure to list them fails.
Decoded<std::vector<Attribute>> read_attributes(const FileView& file, const std::vector<Message>& messages);

/// The value as JSON, as netCDF users know it: one element is a scalar (fixed strings stay a list), several are a
/// nested list; an empty fixed string is " "; no element at all is "". What JSON cannot say is `unsupported`.
Decoded<Json> attribute_value(GlobalHeap& heap, const Attribute& attribute);

/// Object references per dimension (of DIMENSION_LIST).
Decoded<std::vector<std::vector<Address>>> attribute_references(const FileView& file, GlobalHeap& heap,
                                                                const Attribute& attribute);

}  // namespace vdp::hdf5
