// The order of granules along the axis.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dataset/dataset_file.h"
#include "pipeline/granule_preparer.h"

namespace vdp {

/// Where along the axis a granule begins, comparable between the files of a dataset, whatever their units.
using AxisPosition = std::pair<dataset::Int128, double>;

/// Nothing where the granule has no axis values, or none that can be understood.
std::optional<AxisPosition> axis_position(const PreparedGranule& granule);
/// The same, told by the key alone: nothing where the axis takes its values from elsewhere.
std::optional<AxisPosition> axis_position(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                          const std::string& key);

/// Indices in the order of the positions; those without one keep their order, at the end.
std::vector<std::size_t> in_axis_order(const std::vector<std::optional<AxisPosition>>& positions);

/// Of prepared granules.
std::vector<std::optional<AxisPosition>> positions_of(const std::vector<Preparation>& preparations);

/// `indices` of granules, in the order that their keys tell: what there is no time to read is the end of it then.
std::vector<std::size_t> in_key_order(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                      std::span<const Granule> granules, const std::vector<std::size_t>& indices);

/// Makes unread what lies behind the first granule that was not read: that one must not be overtaken, as it would be
/// late then. That is all of them where the key of one that was not read does not tell its position.
void hold_back_behind_unread(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                             std::span<const Granule> granules, std::vector<Preparation>& preparations);

/// Whether a granule that is written shuts out those before it: on a growing axis, and where none may come late or
/// leave a hole.
bool is_order_kept(const dataset::DatasetFile& file, const dataset::AxisSpec& axis);

}  // namespace vdp
