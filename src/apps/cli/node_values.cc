#include "apps/cli/node_values.h"

#include <fmt/format.h>

#include "zarr/values.h"

namespace vdp::cli {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{4} << 30;

}  // namespace

Result<Bytes> read_node(const icechunk::Session& session, const std::string& path,
                        const icechunk::VirtualChunkReader& read_virtual) {
  VDP_ASSIGN(const auto array, session.gridded_array(path));
  const auto read = [&](const zarr::Shape& index) { return session.read_chunk(path, index, read_virtual); };
  if (array.metadata.data_type.kind != zarr::DataType::Kind::string) {
    VDP_ASSIGN_IN(path, Bytes elements, zarr::read_elements(array, read, max_bytes));
    return elements;
  }
  VDP_ASSIGN_IN(path, const auto texts, zarr::read_strings(array, read, max_bytes));
  std::string lines;
  for (const std::string& text : texts) {
    lines += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return to_bytes(lines);
}

}  // namespace vdp::cli
