// Version 1 B-trees: the index of old groups (node type 0) and of chunks (node type 1) ("III.A.1").
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

enum class BtreeKind : std::uint8_t { group = 0, chunk = 1 };

struct BtreeEntry {
  ByteView key;        ///< the key left of the child; valid until bytes are inserted
  Address key_at = 0;  ///< where it lies
  Address child = undefined_address;
};

/// The entries of all leaves (nodes of level 0), left to right. A level's missing nodes are asked for together.
/// `key_bytes` is the size of one key, `expected_node_bytes` what a whole node usually takes.
Decoded<std::vector<BtreeEntry>> read_btree_v1(const FileView& file, Address root, BtreeKind kind,
                                               std::uint64_t key_bytes, std::uint64_t expected_node_bytes);

}  // namespace vdp::hdf5
