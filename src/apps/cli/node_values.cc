#include "apps/cli/node_values.h"

#include <fmt/format.h>

#include "pipeline/native_rows.h"

namespace vdp::cli {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{4} << 30;

}  // namespace

Result<Bytes> read_node(const icechunk::Session& session, const std::string& path,
                        const icechunk::VirtualChunkReader& read_virtual) {
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  const auto read = [&](const zarr::Shape& index) { return session.read_chunk(path, index, read_virtual); };
  VDP_ASSIGN_IN(path, auto values, read_values(metadata, read, max_bytes));
  if (auto* elements = std::get_if<Bytes>(&values)) return std::move(*elements);
  std::string lines;
  for (const std::string& text : std::get<std::vector<std::string>>(values)) {
    lines += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return to_bytes(lines);
}

}  // namespace vdp::cli
