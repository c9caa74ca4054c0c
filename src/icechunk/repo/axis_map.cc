#include "icechunk/repo/axis_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"

namespace vdp::icechunk {
namespace {

/// Part of a run, as a half-open range before or after.
struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

std::optional<Range> common(const Range& a, const Range& b) {
  const Range both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return both.begin < both.end ? std::optional(both) : std::nullopt;
}

void widen(std::optional<IndexRange>& hull, std::uint64_t begin, std::uint64_t end) {
  const IndexRange range{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  hull = hull ? IndexRange{std::min(hull->from, range.from), std::max(hull->to, range.to)} : range;
}

Status check_side(std::vector<ChunkRun>& runs, std::uint64_t ChunkRun::* begin, std::uint32_t grid,
                  std::string_view side) {
  std::ranges::sort(runs, {}, begin);
  std::uint64_t free = 0;
  for (const ChunkRun& run : runs) {
    const auto end = checked_add(run.*begin, run.count);
    if (!end || *end > grid) {
      return invalid(
          fmt::format("found {} chunks {} {}, which is not inside a grid of {}", run.count, side, run.*begin, grid));
    }
    if (run.*begin < free) return invalid(fmt::format("found two runs {} chunk {}", side, run.*begin));
    free = *end;
  }
  return {};
}

}  // namespace

Result<AxisMap> AxisMap::of_runs(std::vector<ChunkRun> runs, std::uint32_t before, std::uint32_t after) {
  std::erase_if(runs, [](const ChunkRun& run) { return run.count == 0; });
  VDP_TRY(check_side(runs, &ChunkRun::to, after, "to"));
  VDP_TRY(check_side(runs, &ChunkRun::from, before, "from"));
  return AxisMap(std::move(runs));
}

AxisMap AxisMap::shift(std::int64_t offset, std::uint32_t grid) {
  if (offset <= -std::int64_t{grid} || offset >= std::int64_t{grid}) return AxisMap({});
  const auto distance = static_cast<std::uint64_t>(offset < 0 ? -offset : offset);
  const std::uint64_t count = grid - distance;
  return AxisMap({offset < 0 ? ChunkRun{distance, count, 0} : ChunkRun{0, count, distance}});
}

AxisMap AxisMap::insertion(std::uint32_t at, std::uint32_t count, std::uint32_t before) {
  std::vector<ChunkRun> runs = {{0, at, 0}, {at, before - at, std::uint64_t{at} + count}};
  std::erase_if(runs, [](const ChunkRun& run) { return run.count == 0; });
  return AxisMap(std::move(runs));
}

std::optional<std::uint32_t> AxisMap::find(std::uint32_t from) const {
  const auto after = std::ranges::upper_bound(runs_, from, {}, &ChunkRun::from);
  if (after == runs_.begin()) return std::nullopt;
  const ChunkRun& run = *std::prev(after);
  if (from - run.from >= run.count) return std::nullopt;
  return static_cast<std::uint32_t>(run.to + (from - run.from));
}

std::optional<IndexRange> AxisMap::image(const IndexRange& range) const {
  std::optional<IndexRange> hull;
  for (const ChunkRun& run : runs_) {
    const auto both = common({range.from, range.to}, {run.from, run.from + run.count});
    if (both) widen(hull, run.to + (both->begin - run.from), run.to + (both->end - run.from));
  }
  return hull;
}

std::optional<IndexRange> AxisMap::preimage(const IndexRange& range) const {
  std::optional<IndexRange> hull;
  for (const ChunkRun& run : runs_) {
    const auto both = common({range.from, range.to}, {run.to, run.to + run.count});
    if (both) widen(hull, run.from + (both->begin - run.to), run.from + (both->end - run.to));
  }
  return hull;
}

bool AxisMap::keeps(const IndexRange& range) const {
  std::uint64_t kept = 0;
  for (const ChunkRun& run : runs_) {
    const auto both = common({range.from, range.to}, {run.from, run.from + run.count});
    if (both && run.from == run.to) kept += both->end - both->begin;
  }
  return range.to <= range.from || kept == range.to - range.from;
}

bool AxisMap::drops_from(const IndexRange& range) const {
  std::uint64_t led = 0;
  for (const ChunkRun& run : runs_) {
    const auto both = common({range.from, range.to}, {run.from, run.from + run.count});
    if (both) led += both->end - both->begin;
  }
  return range.to > range.from && led < range.to - range.from;
}

}  // namespace vdp::icechunk
