// Where the chunks of an array go when they move along one axis.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "icechunk/format/snapshot.h"

namespace vdp::icechunk {

/// Chunks [from, from + count) along one axis go to [to, to + count).
struct ChunkRun {
  std::uint64_t from = 0;
  std::uint64_t count = 0;
  std::uint64_t to = 0;
  bool operator==(const ChunkRun&) const = default;
};

/// A one-to-one map of chunk indices along one axis. Indices of no run lead nowhere: their chunks are dropped.
class AxisMap {
 public:
  /// `invalid` where two runs have an index in common, before or after, or one reaches beyond a grid of `before`
  /// chunks, and `after` chunks once they have moved. Runs of no chunks are left out.
  static Result<AxisMap> of_runs(std::vector<ChunkRun> runs, std::uint32_t before, std::uint32_t after);
  /// Every chunk goes up by `offset`, or down where it is negative. What would leave the grid leads nowhere.
  static AxisMap shift(std::int64_t offset, std::uint32_t grid);
  /// From `at` on every chunk goes up by `count`, in a grid that is as much longer.
  static AxisMap insertion(std::uint32_t at, std::uint32_t count, std::uint32_t before);

  /// By `from`.
  const std::vector<ChunkRun>& runs() const { return runs_; }
  std::optional<std::uint32_t> find(std::uint32_t from) const;
  /// The smallest range around all that the indices of `range` lead to; nothing where they lead nowhere.
  std::optional<IndexRange> image(const IndexRange& range) const;
  /// The smallest range around all that leads into `range`.
  std::optional<IndexRange> preimage(const IndexRange& range) const;
  /// Every index of `range` stays where it is.
  bool keeps(const IndexRange& range) const;
  /// Some index of `range` leads nowhere.
  bool drops_from(const IndexRange& range) const;

 private:
  explicit AxisMap(std::vector<ChunkRun> runs) : runs_(std::move(runs)) {}
  std::vector<ChunkRun> runs_;
};

}  // namespace vdp::icechunk
