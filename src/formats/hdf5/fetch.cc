#include "formats/hdf5/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vdp::hdf5 {
namespace {

/// What to read so that `misses` are held, and what will probably be missed next.
std::vector<ByteRange> ranges_to_read(const SparseBytes& bytes, const std::vector<ByteRange>& misses,
                                      const ReadPlan& plan, std::uint64_t round) {
  const std::uint64_t size = bytes.file_size();
  if (size <= plan.whole_file_bytes) return {bytes.without_held_ends({0, size})};
  // A file whose structures form long chains would take a round for each link; so later rounds read further.
  const std::uint64_t further = std::min<std::uint64_t>(round / 4, 16);
  std::vector<ByteRange> ranges;
  for (const ByteRange& miss : misses) {
    const std::uint64_t wanted = std::max(miss.length, plan.read_ahead_bytes << further);
    const std::uint64_t before = std::min(miss.offset, plan.read_before_bytes);
    const std::uint64_t behind = std::min(wanted, size - miss.offset);
    ranges.push_back(bytes.without_held_ends({miss.offset - before, before + behind}));
  }
  return coalesce(std::move(ranges), plan.merge_gap_bytes);
}

Status fetch_misses(ByteSource& source, SparseBytes& bytes, const ReadPlan& plan, std::uint64_t round,
                    std::uint64_t max_bytes) {
  const std::vector<ByteRange> ranges = ranges_to_read(bytes, bytes.take_misses(), plan, round);
  if (ranges.empty()) return internal("a decoder misses bytes without saying which");
  std::uint64_t asked = 0;
  for (const ByteRange& range : ranges) asked += range.length;
  if (asked > max_bytes || bytes.held_bytes() > max_bytes - asked) {
    return over_limit(
        fmt::format("metadata: {} bytes asked for beside {} held, {} allowed", asked, bytes.held_bytes(), max_bytes));
  }
  VDP_ASSIGN(std::vector<Bytes> read, source.read(ranges));
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i >= read.size() || read[i].size() != ranges[i].length) {
      return corrupt(fmt::format("{} bytes at offset {} were asked for, {} came", ranges[i].length, ranges[i].offset,
                                 i < read.size() ? read[i].size() : 0));
    }
    bytes.insert(ranges[i].offset, std::move(read[i]));
  }
  return {};
}

}  // namespace

Status fetch_until_decoded(ByteSource& source, SparseBytes& bytes, std::deque<DecodeTask>& tasks, const ReadPlan& plan,
                           std::uint64_t max_bytes) {
  for (std::uint64_t round = 0; !tasks.empty(); ++round) {
    std::deque<DecodeTask> waiting;
    while (!tasks.empty()) {
      DecodeTask task = std::move(tasks.front());
      tasks.pop_front();
      auto done = task();
      if (done) continue;
      if (!done.error().is_missing()) return std::unexpected(std::move(done).error().take_error());
      waiting.push_back(std::move(task));
    }
    if (waiting.empty()) break;
    VDP_TRY(fetch_misses(source, bytes, plan, round, max_bytes));
    tasks = std::move(waiting);
  }
  return {};
}

}  // namespace vdp::hdf5
