#include "formats/hdf5/record_length.h"

#include <algorithm>
#include <optional>

namespace vdp::hdf5 {
namespace {

using Lengths = std::map<Address, std::uint64_t>;  ///< by the address of the scale

/// The scale that gives `axis` its length, where that is an unlimited dimension of netCDF-4.
std::optional<Address> record_scale(const ObjectGraph& graph, Address address, const Object& object, std::size_t axis) {
  const Dataspace& space = object.dataset->space;
  if (space.max_shape[axis] != undefined_address || object.dataset->layout.kind != Layout::Kind::chunked) {
    return std::nullopt;
  }
  const DimensionRole& role = object.role;
  if (axis < role.scales.size() && !role.scales[axis].empty()) {
    const auto scale = graph.objects.find(role.scales[axis].front());
    if (scale == graph.objects.end() || !scale->second.role.netcdf_id) return std::nullopt;
    return scale->first;
  }
  if (role.is_scale && role.netcdf_id && space.shape.size() == 1) return address;
  return std::nullopt;
}

template <typename Visit>
void for_each_record_axis(ObjectGraph& graph, Visit&& visit) {
  for (auto& [address, object] : graph.objects) {
    if (!object.dataset || !object.problem.empty()) continue;
    for (std::size_t axis = 0; axis < object.dataset->space.shape.size(); ++axis) {
      if (const auto scale = record_scale(graph, address, object, axis)) visit(*scale, address, object, axis);
    }
  }
}

/// A chunk's index in the grid of the new shape.
std::uint64_t renumbered(std::uint64_t index, const std::vector<std::uint64_t>& from,
                         const std::vector<std::uint64_t>& to) {
  std::uint64_t result = 0;
  std::uint64_t stride = 1;
  for (std::size_t axis = from.size(); axis-- > 0;) {
    result += index % from[axis] * stride;
    index /= from[axis];
    stride *= to[axis];
  }
  return result;
}

/// Strings are inlined in chunks that are no longer than the array, so those may have to grow with it.
Status extend_strings(const DatasetHeader& dataset, const DatasetHeader& longer, DatasetContents& contents) {
  const auto from = string_chunk_shape(dataset);
  const auto to = string_chunk_shape(longer);
  if (from == to) return {};
  for (InlineChunk& chunk : contents.strings) {
    VDP_ASSIGN(chunk, extend_string_chunk(chunk, from, to, contents.string_fill));
  }
  return {};
}

Status extend(DatasetHeader& dataset, DatasetContents& contents, std::size_t axis, std::uint64_t length,
              MemoryBudget& budget) {
  if (dataset.space.shape[axis] >= length) return {};
  DatasetHeader longer = dataset;
  longer.space.shape[axis] = length;
  const auto before = chunk_grid(dataset);
  const auto after = chunk_grid(longer);
  if (!before || !after) return {};  // building the array says why
  if (const Status extended = extend_strings(dataset, longer, contents); !extended) {
    contents.problem = extended.error().text();
    return {};
  }
  for (const InlineChunk& chunk : contents.strings) VDP_TRY(budget.charge(chunk.bytes.size(), "chunks of strings"));
  for (StoredChunk& chunk : contents.chunks)
    chunk.index = renumbered(chunk.index, before->grid_shape, after->grid_shape);
  for (InlineChunk& chunk : contents.inlined) {
    chunk.index = renumbered(chunk.index, before->grid_shape, after->grid_shape);
  }
  for (InlineChunk& chunk : contents.strings) {
    chunk.index = renumbered(chunk.index, before->grid_shape, after->grid_shape);
  }
  dataset = std::move(longer);
  return {};
}

}  // namespace

Status extend_to_dimensions(ObjectGraph& graph, MemoryBudget& budget) {
  Lengths lengths;
  for_each_record_axis(graph, [&](Address scale, Address, const Object& object, std::size_t axis) {
    std::uint64_t& length = lengths[scale];
    length = std::max(length, object.dataset->space.shape[axis]);
  });
  Status extended;
  for_each_record_axis(graph, [&](Address scale, Address address, Object& object, std::size_t axis) {
    if (extended) extended = extend(*object.dataset, graph.contents[address], axis, lengths[scale], budget);
  });
  return extended;
}

}  // namespace vdp::hdf5
