// The values of a granule that are read while it is prepared: what the template keeps natively, and what must be the
// same in every file.
#pragma once

#include <optional>

#include "dataset/template.h"
#include "formats/byte_source.h"
#include "pipeline/prepare.h"

namespace vdp {

/// Fills the granule's `values` and `proofs` in one read of the source, and returns the values of its axis coordinate,
/// nothing where it has none. A variable that cannot be decoded is a finding of the granule; an error is one of
/// reading.
Result<std::optional<NativeValues>> read_granule_values(const dataset::Template& store, ByteSource& bytes,
                                                        PreparedGranule& granule);

/// Times of `granule.values` that are in the file's axis units become times in the store's: exactly, or `invalid`.
Status convert_to_store_units(const dataset::Template& store, PreparedGranule& granule);

}  // namespace vdp
