// Dense storage: messages in a fractal heap, indexed by a version 2 B-tree.
#pragma once

#include <vector>

#include "formats/hdf5/fractal_heap.h"

namespace vdp::hdf5 {

/// Type of the index's records ("III.A.2", types 5 and 8).
enum class DenseRecord : std::uint8_t { link_name = 5, attribute_name = 8 };

/// The bodies of all messages that the index names, ordered by hash.
Decoded<std::vector<HeapObject>> read_dense_objects(const FileView& file, Address heap, Address index,
                                                    DenseRecord type);

}  // namespace vdp::hdf5
