#include <fmt/format.h>

#include "formats/hdf5/filter_id.h"
#include "formats/hdf5/storage_messages.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint8_t max_filters = 32;
/// Filters below this id are the library's own; version 2 leaves their names out.
constexpr std::uint16_t first_named_id = 256;

Result<Filter> decode_filter(Cursor& cursor, std::uint8_t version) {
  Filter filter;
  VDP_ASSIGN(filter.id, cursor.read_u16("filter: id"));
  std::uint64_t name_bytes = 0;
  if (version == 1 || filter.id >= first_named_id) {
    VDP_ASSIGN(name_bytes, cursor.read_u16("filter: name length"));
  }
  VDP_TRY(cursor.skip(2, "filter: flags"));
  VDP_ASSIGN(const auto values, cursor.read_u16("filter: number of client values"));
  if (version == 1) name_bytes = (name_bytes + 7) / 8 * 8;
  VDP_ASSIGN(const ByteView name, cursor.read_bytes(name_bytes, "filter: name"));
  filter.name = as_text(name).substr(0, as_text(name).find('\0'));
  for (int i = 0; i < values; ++i) {
    VDP_ASSIGN(const auto value, cursor.read_u32("filter: client value"));
    filter.client_data.push_back(value);
  }
  if (version == 1 && values % 2 == 1) VDP_TRY(cursor.skip(4, "filter: padding"));
  return filter;
}

}  // namespace

Result<std::vector<Filter>> decode_filter_pipeline(Cursor cursor) {
  VDP_ASSIGN(const auto version, cursor.read_u8("filter pipeline: version"));
  if (version != 1 && version != 2) {
    return corrupt(fmt::format("filter pipeline: version {} found, 1 or 2 expected", version));
  }
  VDP_ASSIGN(const auto count, cursor.read_u8("filter pipeline: number of filters"));
  if (count > max_filters) {
    return corrupt(fmt::format("filter pipeline: {} filters found, at most {} expected", count, max_filters));
  }
  if (version == 1) VDP_TRY(cursor.skip(6, "filter pipeline: reserved"));
  std::vector<Filter> filters;
  for (int i = 0; i < count; ++i) {
    VDP_ASSIGN(Filter filter, decode_filter(cursor, version));
    filters.push_back(std::move(filter));
  }
  return filters;
}

/// Its second client value says that there is nothing to leave out.
bool leaves_values_alone(const Filter& filter) {
  return filter.id == nbit && filter.client_data.size() > 1 && filter.client_data[1] != 0;
}

std::vector<Filter> applied_filters(const std::vector<Filter>& filters, std::uint32_t mask) {
  std::vector<Filter> applied;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (i >= 32 || (mask >> i & 1) == 0) applied.push_back(filters[i]);
  }
  return applied;
}

}  // namespace vdp::hdf5
