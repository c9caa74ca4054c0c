#include "apps/cli/repo/chunk_box_text.h"

#include <fmt/format.h>

#include <charconv>

namespace vdp::cli {
namespace {

/// A number, or `otherwise` for empty text.
Result<std::uint64_t> parse_index(std::string_view text, std::uint64_t otherwise) {
  if (text.empty()) return otherwise;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number < UINT32_MAX) return number;
  return invalid(fmt::format("box: found \"{}\", expected the index of a chunk", text));
}

Status add_part(icechunk::ChunkBox& box, std::string_view part, std::uint64_t edge) {
  const std::size_t colon = part.find(':');
  if (part.empty()) return invalid("box: found an empty part, expected FROM:TO or an index");
  VDP_ASSIGN(const std::uint64_t from, parse_index(part.substr(0, colon), 0));
  std::uint64_t to = from + 1;
  if (colon != std::string_view::npos) {
    VDP_ASSIGN(to, parse_index(part.substr(colon + 1), edge));
  }
  box.begin.push_back(from);
  box.end.push_back(to);
  return {};
}

}  // namespace

Result<icechunk::ChunkBox> parse_chunk_box(const std::string& text, const zarr::Shape& grid) {
  icechunk::ChunkBox box;
  std::string_view rest = text;
  while (!text.empty() && box.begin.size() < grid.size()) {
    const std::size_t comma = rest.find(',');
    VDP_TRY(add_part(box, rest.substr(0, comma), grid[box.begin.size()]));
    if (comma == std::string_view::npos) {
      rest = {};
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  if (box.begin.size() == grid.size() && rest.empty()) return box;
  return invalid(fmt::format("box \"{}\": expected {} parts like 0:10, one per dimension", text, grid.size()));
}

}  // namespace vdp::cli
