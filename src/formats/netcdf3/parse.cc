#include "formats/netcdf3/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/netcdf3/assemble.h"

namespace vdp::netcdf3 {
namespace {

/// The beginning of a file, as far as it was read.
class Beginning {
 public:
  Beginning(ByteSource& source, std::uint64_t max_bytes) : source_(source), max_bytes_(max_bytes) {}

  ByteView bytes() const { return bytes_; }

  /// Reads on to `end`.
  Status read_to(std::uint64_t end) {
    if (end <= bytes_.size()) return {};
    if (end > max_bytes_) return over_limit(fmt::format("a header of {} bytes or more, {} allowed", end, max_bytes_));
    const ByteRange range{bytes_.size(), end - bytes_.size()};
    VDP_ASSIGN(const std::vector<Bytes> read, source_.read({&range, 1}));
    if (read.size() != 1 || read.front().size() != range.length) {
      return corrupt(fmt::format("{} bytes at offset {} were asked for, {} came", range.length, range.offset,
                                 read.empty() ? 0 : read.front().size()));
    }
    bytes_.insert(bytes_.end(), read.front().begin(), read.front().end());
    return {};
  }

 private:
  ByteSource& source_;
  std::uint64_t max_bytes_;
  Bytes bytes_;
};

/// How far to read after a miss, so that few headers take a third read.
std::uint64_t next_end(std::uint64_t held, std::uint64_t missed_end, std::uint64_t file_size, const ReadPlan& plan) {
  if (file_size <= plan.whole_file_bytes) return file_size;
  constexpr std::uint64_t pieces = 256;  // of read_ahead_bytes: 1 MiB as services are read
  const std::uint64_t further = held + std::max(3 * held, pieces * plan.read_ahead_bytes);
  return std::min(std::max(missed_end, further), file_size);
}

}  // namespace

Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits, const ReadPlan& plan) {
  Beginning beginning(source, limits.max_metadata_bytes);
  std::uint64_t end = std::min({source.size(), plan.first_read_bytes, limits.max_metadata_bytes});
  while (true) {
    VDP_TRY(beginning.read_to(end));
    HeaderCursor cursor(beginning.bytes(), source.size());
    const auto header = decode_header(cursor);
    if (header) return assemble(*header, source.size(), source.location(), limits);
    if (!header.error().is_missing()) return std::unexpected(header.error().error());
    end = next_end(beginning.bytes().size(), cursor.missed_end(), source.size(), plan);
  }
}

Result<VirtualTree> parse(ByteSource& source, const ParseLimits& limits) {
  return parse(source, limits, source.read_plan());
}

}  // namespace vdp::netcdf3
