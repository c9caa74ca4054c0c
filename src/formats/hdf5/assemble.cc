#include "formats/hdf5/assemble.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/hdf5/dimensions.h"
#include "formats/hdf5/held_memory.h"
#include "formats/hdf5/listing.h"
#include "zarr/cf_fill_value.h"

namespace vdp::hdf5 {
namespace {

class Assembly {
 public:
  Assembly(const FileView& file, const ObjectGraph& graph, const SourceLocation& source, const ParseLimits& limits,
           MemoryBudget& budget)
      : file_(file), graph_(graph), limits_(limits), budget_(budget) {
    tree_.format = "hdf5";
    tree_.source = source;
  }

  Result<VirtualTree> run() {
    VDP_ASSIGN(Listing listing, list_objects(graph_, limits_, budget_));
    tree_.skipped = std::move(listing.skipped);
    for (const Place& place : listing.places) {
      const bool is_copy = listing.first_path.at(place.address) != place.path;
      if (is_copy) VDP_TRY(charge_copy(place));
      VDP_TRY(add(place));
    }
    VDP_TRY(name_dimensions(graph_, listing, tree_, budget_));
    std::ranges::stable_sort(tree_.skipped, {}, &SkippedObject::path);
    return std::move(tree_);
  }

 private:
  /// What the objects and their chunks take was counted where they were decoded, once.
  Status charge_copy(const Place& place) {
    const auto contents = graph_.contents.find(place.address);
    const std::uint64_t bytes = memory_of(graph_.objects.at(place.address)) +
                                (contents == graph_.contents.end() ? 0 : memory_of(contents->second));
    return budget_.charge(bytes, "the copies of objects that several links name");
  }

  Status add(const Place& place) {
    const Object& object = graph_.objects.at(place.address);
    if (!object.problem.empty()) return skip(place.path, object.problem);
    for (const std::string& reason : object.lost) skip(place.path, reason);
    if (object.kind == Object::Kind::group) tree_.groups[place.path] = object.attributes;
    if (object.kind == Object::Kind::dataset) return add_array(place, object);
    return {};  // a named datatype has no counterpart, and what uses it says so itself
  }

  Status add_array(const Place& place, const Object& object) {
    const DatasetContents& contents = graph_.contents.at(place.address);
    if (object.role.is_placeholder && object.role.netcdf_id && !stores_data(*object.dataset, contents)) return {};
    auto array = build_array(file_, object, contents, tree_.source);
    if (!array) return skip(place.path, array.error().text());
    chunks_ += array->manifest.size();
    if (chunks_ > limits_.max_chunks) return over_limit(fmt::format("more than {} chunks", limits_.max_chunks));
    if (const Status encoded = zarr::encode_cf_fill_attribute(array->metadata); !encoded) {
      skip(place.path, fmt::format("attribute _FillValue: {}", encoded.error().text()));
    }
    tree_.arrays.emplace(place.path, std::move(*array));
    return {};
  }

  Status skip(const std::string& path, const std::string& reason) {
    tree_.skipped.push_back({path, printable(reason)});
    return {};
  }

  const FileView& file_;
  const ObjectGraph& graph_;
  const ParseLimits& limits_;
  MemoryBudget& budget_;
  VirtualTree tree_;
  std::uint64_t chunks_ = 0;
};

}  // namespace

Result<VirtualTree> assemble(const FileView& file, const ObjectGraph& graph, const SourceLocation& source,
                             const ParseLimits& limits, MemoryBudget& budget) {
  return Assembly(file, graph, source, limits, budget).run();
}

}  // namespace vdp::hdf5
