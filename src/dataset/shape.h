// Shaping a parsed source into the dataset that is placed: what the words of `[parse]` say.
#pragma once

#include "dataset/dataset_file.h"
#include "manifest/virtual_dataset.h"

namespace vdp::dataset {

/// Takes the group `parse.group`, leaves out `drop`, keeps `select` (with the axis, the coordinates of its dimensions
/// and what coords.* names), renames, promotes, and subchunks. Names in drop and select are the source's, all others
/// the new ones. Attributes that JSON cannot hold (NaN, infinities) become texts, as strict readers of the store need
/// it, and are noted; `missing_value` = NaN goes, for a NaN is missing in any case. `unsupported` where the parser had
/// to skip a variable that is wanted, or what its missing values are: `drop` allows it. `invalid` for names that the
/// source does not have, naming the nearest.
Result<VirtualDataset> shape(const DatasetFile& file, const VirtualTree& tree);

}  // namespace vdp::dataset
