// Version 1 B-trees: the index of old groups (node type 0) and of chunks (node type 1) ("III.A.1").
#pragma once

#include <cstdint>
#include <functional>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

enum class BtreeKind : std::uint8_t { group = 0, chunk = 1 };

struct BtreeEntry {
  ByteView key;        ///< the key left of the child; valid until bytes are inserted
  Address key_at = 0;  ///< where it lies
  Address child = undefined_address;
};

struct BtreeShape {
  BtreeKind kind = BtreeKind::group;
  std::uint64_t key_bytes = 0;            ///< of one key
  std::uint64_t expected_node_bytes = 0;  ///< what a whole node usually takes
};

/// Visits the entries of all leaves (nodes of level 0), left to right. A level's missing nodes are asked for together:
/// where any is missing, only those of some leaves were visited.
Decoded<void> visit_btree_v1(const FileView& file, Address root, const BtreeShape& shape,
                             const std::function<Status(const BtreeEntry&)>& visit);

}  // namespace vdp::hdf5
