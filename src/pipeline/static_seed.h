// The seed: the granule that the references of static variables point into.
#pragma once

#include "icechunk/repo/session.h"
#include "pipeline/prepare.h"
#include "pipeline/store_state.h"

namespace vdp {

/// Points the static variables into another granule of the store, as their seed is gone: one that can be read and has
/// the same. Where there is none the references stay as they are, and the next granule that is written becomes the
/// seed. Nothing to do where no static variable is kept as references.
Status move_seed(const PrepareContext& context, StoreState& state, icechunk::Session& session);

/// Whether move_seed found none.
bool lacks_seed(const StoreState& state);

/// Makes the granule the seed; `state.seed_uri` is its URI from then on.
Status write_seed(const PrepareContext& context, const PreparedGranule& granule, StoreState& state,
                  icechunk::Session& session);

}  // namespace vdp
