// Where along the axis a granule belongs: values out of its key, a variable or an attribute.
#pragma once

#include <optional>
#include <vector>

#include "dataset/dataset_file.h"
#include "dataset/time_units.h"
#include "pipeline/prepare.h"

namespace vdp {

/// Fills `axis_values`, `axis_units` and `coordinate_units` of a granule from where the axis says they come from;
/// `elements` are the decoded values of its axis coordinate, nothing where it has none. Where the key and the file both
/// tell, they must agree within the tolerance, unless the axis says otherwise.
Status find_axis_values(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                        const std::optional<NativeValues>& elements, PreparedGranule& granule);

}  // namespace vdp
