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

bool is_order_kept(const dataset::DatasetFile& file, const dataset::AxisSpec& axis) {
  return axis.kind == dataset::AxisKind::grow || file.forward.late == dataset::LatePolicy::reject ||
         file.forward.gap == dataset::GapPolicy::refuse;
}

}  // namespace vdp
