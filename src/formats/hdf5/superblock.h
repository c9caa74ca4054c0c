// The superblock: where everything else is ("II.A. Superblock", versions 0 to 3).
#pragma once

#include <cstdint>
#include <optional>

#include "formats/hdf5/file_view.h"

namespace vdp::hdf5 {

struct Superblock {
  std::uint8_t version = 0;
  Geometry geometry;
  std::uint64_t end_of_file = 0;     ///< absolute: the file must have at least this many bytes
  Address root = undefined_address;  ///< object header of the root group
  Address extension = undefined_address;
  std::uint16_t chunk_btree_k =
      32;  ///< half of the entries of a chunk B-tree's node ("indexed storage internal node K")
};

/// Offset of the signature: at 0, 512, 1024, 2048, ...; nothing where the file has none. `corrupt` only for a file
/// that is shorter than the superblock it begins.
Decoded<std::optional<std::uint64_t>> find_superblock(const SparseBytes& bytes);

Decoded<Superblock> read_superblock(const SparseBytes& bytes, std::uint64_t offset);

}  // namespace vdp::hdf5
