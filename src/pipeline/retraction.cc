#include "pipeline/retraction.h"

#include "pipeline/batch_writer.h"
#include "pipeline/static_seed.h"

namespace vdp {

Status write_retraction(const PrepareContext& context, ProvenanceRecord record, StoreState& state,
                        icechunk::Session& session) {
  // As a new version of the granule that has no variables.
  const PreparedGranule nothing;
  PlannedGranule planned;
  planned.granule = &nothing;
  planned.box = planned.cleared = record.box;
  planned.record = std::move(record);
  planned.record.outcome = "retracted";
  planned.record.absent.clear();
  state.provenance.remove(planned.record.uri);
  VDP_TRY(write_batch(context.file, context.axis, state, {planned}, session));
  if (planned.record.uri != state.seed_uri) return {};
  return move_seed(context, state, session);
}

}  // namespace vdp
