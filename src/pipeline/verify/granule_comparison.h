// One granule of a store, compared with its source file parsed anew.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "icechunk/repo/session.h"
#include "pipeline/prepare.h"
#include "pipeline/store_state.h"
#include "pipeline/verify/finding.h"

namespace vdp {

/// A chunk to compare: of which variable, and a random number that gives its position.
struct ChunkDraw {
  std::string variable;
  std::uint64_t random = 0;
};

/// How the store is read.
struct StoreSide {
  const icechunk::Session& session;
  const icechunk::VirtualChunkReader& read_virtual;
  const StoreState& state;
  const std::string& group;
};

struct GranuleComparison {
  std::uint64_t chunks = 0;  ///< whose values were compared
  std::vector<VerifyFinding> findings;
};

/// Compares, in this order: the metadata that decides what values mean, all references, the axis values, all native
/// rows, and the drawn chunks, decoded on both sides through their own metadata. A source or a chunk that cannot be
/// read is a finding too.
Result<GranuleComparison> compare_granule(const PrepareContext& context, const StoreSide& store,
                                          const ProvenanceRecord& record, const std::vector<ChunkDraw>& draws);

}  // namespace vdp
