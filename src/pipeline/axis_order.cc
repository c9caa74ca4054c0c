#include "pipeline/axis_order.h"

#include <algorithm>
#include <tuple>

namespace vdp {

std::optional<AxisPosition> axis_position(const PreparedGranule& granule) {
  if (granule.axis_values.empty()) return std::nullopt;
  const dataset::Number& value = granule.axis_values.front();
  if (granule.axis_units) {
    const auto instant = dataset::to_instant(value, *granule.axis_units);
    return instant ? std::optional(AxisPosition{instant->nanoseconds, 0}) : std::nullopt;
  }
  return AxisPosition{0, std::visit([](auto number) { return static_cast<double>(number); }, value)};
}

std::optional<AxisPosition> axis_position(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                          const std::string& key) {
  if (axis.from != dataset::AxisSource::pattern) return std::nullopt;
  const auto match = file.source.pattern.match(key);
  if (match.kind != dataset::PatternMatch::Kind::matched) return std::nullopt;
  const auto span = file.source.pattern.span(axis.name, match.fields);
  return span ? std::optional(AxisPosition{span->begin.nanoseconds, 0}) : std::nullopt;
}

std::vector<std::size_t> in_axis_order(const std::vector<std::optional<AxisPosition>>& positions) {
  std::vector<std::tuple<bool, AxisPosition, std::size_t>> keys;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    keys.emplace_back(!positions[i].has_value(), positions[i].value_or(AxisPosition{}), i);
  }
  std::ranges::sort(keys);
  std::vector<std::size_t> order;
  for (const auto& key : keys) order.push_back(std::get<2>(key));
  return order;
}

std::vector<std::optional<AxisPosition>> positions_of(const std::vector<Preparation>& preparations) {
  std::vector<std::optional<AxisPosition>> positions;
  for (const Preparation& each : preparations) {
    positions.push_back(each.granule ? axis_position(*each.granule) : std::nullopt);
  }
  return positions;
}

std::vector<std::size_t> in_key_order(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                                      std::span<const Granule> granules, const std::vector<std::size_t>& indices) {
  std::vector<std::optional<AxisPosition>> positions;
  for (const std::size_t i : indices) positions.push_back(axis_position(file, axis, granules[i].key));
  std::vector<std::size_t> ordered;
  for (const std::size_t i : in_axis_order(positions)) ordered.push_back(indices[i]);
  return ordered;
}

void hold_back_behind_unread(const dataset::DatasetFile& file, const dataset::AxisSpec& axis,
                             std::span<const Granule> granules, std::vector<Preparation>& preparations) {
  std::optional<AxisPosition> first_unread;
  for (std::size_t i = 0; i < preparations.size(); ++i) {
    if (preparations[i].was_read) continue;
    const auto position = axis_position(file, axis, granules[i].key);
    if (!position) return preparations.assign(granules.size(), {nullptr, {}, false});
    first_unread = std::min(first_unread.value_or(*position), *position);
  }
  if (!first_unread) return;
  for (Preparation& each : preparations) {
    const auto position = each.granule ? axis_position(*each.granule) : std::nullopt;
    if (position && *position > *first_unread) each = {nullptr, {}, false};
  }
}

bool is_order_kept(const dataset::DatasetFile& file, const dataset::AxisSpec& axis) {
  return axis.kind == dataset::AxisKind::grow || file.forward.late == dataset::LatePolicy::reject ||
         file.forward.gap == dataset::GapPolicy::refuse;
}

}  // namespace vdp
