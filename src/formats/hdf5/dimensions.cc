#include "formats/hdf5/dimensions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace vdp::hdf5 {
namespace {

/// "/a/x" within "/a" is "x", and so is "/x"; within "/b" it is "a/x".
std::string relative_name(const std::string& path, const std::string& group) {
  const std::string prefix = group == "/" ? group : group + "/";
  return path.substr(path.starts_with(prefix) ? prefix.size() : 1);
}

class DimensionNames {
 public:
  DimensionNames(const ObjectGraph& graph, const Listing& listing, VirtualTree& tree)
      : graph_(graph), listing_(listing), tree_(tree) {
    for (const auto& [address, path] : listing.first_path) {
      const Object& object = graph.objects.at(address);
      if (object.role.is_scale && object.role.netcdf_id) scale_by_id_.emplace(*object.role.netcdf_id, path);
    }
  }

  Status run(MemoryBudget& budget) {
    std::map<std::string, std::vector<zarr::ArrayMetadata*>> arrays_by_group;
    for (const Place& place : listing_.places) {
      const auto array = tree_.arrays.find(place.path);
      if (array == tree_.arrays.end()) continue;
      name_real(place, array->second.metadata);
      for (const auto& name : array->second.metadata.dimension_names) {
        if (name) VDP_TRY(budget.charge(name->size(), "the names of dimensions"));
      }
      arrays_by_group[place.group].push_back(&array->second.metadata);
    }
    for (auto& [group, arrays] : arrays_by_group) name_phony(arrays);
    return {};
  }

 private:
  /// Leaves what has no name without one.
  void name_real(const Place& place, zarr::ArrayMetadata& metadata) const {
    const DimensionRole& role = graph_.objects.at(place.address).role;
    metadata.dimension_names.assign(metadata.rank(), std::nullopt);
    for (std::size_t axis = 0; axis < metadata.rank(); ++axis) {
      if (const std::string* scale = attached_scale(role, axis)) {
        metadata.dimension_names[axis] = relative_name(*scale, place.group);
      } else if (role.is_scale) {
        metadata.dimension_names[axis] = own_name(place, role, metadata.rank(), axis);
      }
    }
  }

  const std::string* attached_scale(const DimensionRole& role, std::size_t axis) const {
    if (axis >= role.scales.size() || role.scales[axis].empty()) return nullptr;
    const auto path = listing_.first_path.find(role.scales[axis].front());
    return path == listing_.first_path.end() ? nullptr : &path->second;
  }

  std::string own_name(const Place& place, const DimensionRole& role, std::size_t rank, std::size_t axis) const {
    if (rank > 1 && role.coordinate_ids.size() == rank) {
      const auto scale = scale_by_id_.find(role.coordinate_ids[axis]);
      if (scale != scale_by_id_.end()) return relative_name(scale->second, place.group);
    }
    return relative_name(listing_.first_path.at(place.address), place.group);
  }

  /// The numbers of each length, several where an array has it several times.
  struct Numbers {
    std::map<std::uint64_t, std::vector<std::size_t>> by_length;
    std::size_t count = 0;
  };

  static void name_phony(const std::vector<zarr::ArrayMetadata*>& arrays) {
    const bool by_position = positions_agree(arrays);
    Numbers numbers;
    for (zarr::ArrayMetadata* array : arrays) {
      std::map<std::uint64_t, std::size_t> used;  // how often this array has had a length
      for (std::size_t axis = 0; axis < array->rank(); ++axis) {
        if (array->dimension_names[axis]) continue;
        const std::size_t number =
            by_position ? axis : number_of(array->shape[axis], used[array->shape[axis]]++, numbers);
        array->dimension_names[axis] = fmt::format("phony_dim_{}", number);
      }
    }
  }

  static bool positions_agree(const std::vector<zarr::ArrayMetadata*>& arrays) {
    std::map<std::size_t, std::uint64_t> length_at;
    for (const zarr::ArrayMetadata* array : arrays) {
      for (std::size_t axis = 0; axis < array->rank(); ++axis) {
        if (array->dimension_names[axis]) continue;
        if (length_at.emplace(axis, array->shape[axis]).first->second != array->shape[axis]) return false;
      }
    }
    return true;
  }

  static std::size_t number_of(std::uint64_t length, std::size_t occurrence, Numbers& numbers) {
    std::vector<std::size_t>& of_length = numbers.by_length[length];
    if (occurrence == of_length.size()) of_length.push_back(numbers.count++);
    return of_length[occurrence];
  }

  const ObjectGraph& graph_;
  const Listing& listing_;
  VirtualTree& tree_;
  std::map<std::int64_t, std::string> scale_by_id_;
};

}  // namespace

Status name_dimensions(const ObjectGraph& graph, const Listing& listing, VirtualTree& tree, MemoryBudget& budget) {
  return DimensionNames(graph, listing, tree).run(budget);
}

}  // namespace vdp::hdf5
