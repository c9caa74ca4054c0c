// Retraction: takes out of a store what it has of a granule whose file is gone.
#pragma once

#include "icechunk/repo/session.h"
#include "pipeline/granule_preparer.h"
#include "pipeline/store_state.h"

namespace vdp {

/// Empties the slots of the granule that `record`, one of the state's, tells of: no references, native rows as fill,
/// axis values as they are, and a record that says so. The axis keeps its length. The state counts it out from then on.
/// An error leaves the session half written: discard it.
Status write_retraction(const PrepareContext& context, ProvenanceRecord record, StoreState& state,
                        icechunk::Session& session);

}  // namespace vdp
