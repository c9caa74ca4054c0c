// Version 2 B-trees: the index of dense links, dense attributes, huge heap objects and chunks ("III.A.2").
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

struct BtreeV2Records {
  std::uint8_t type = 0;
  std::uint16_t record_bytes = 0;
  std::vector<ByteView> records;  ///< in no particular order; valid until bytes are inserted
};

/// All records of the tree with its header at `address`. A level's missing nodes are asked for together.
Decoded<BtreeV2Records> read_btree_v2(const FileView& file, Address address);

}  // namespace vdp::hdf5
