#include "manifest/virtual_dataset.h"

#include <fmt/format.h>

#include "base/nearest.h"

namespace vdp {
namespace {

/// "/grid/" for "/grid", "/" for "/".
std::string directory_of(const std::string& group) { return group.ends_with('/') ? group : group + '/'; }

/// A dimension named by its path becomes the plain name in its own group.
void make_relative(std::vector<std::optional<std::string>>& dimensions, const std::string& directory) {
  const std::string_view without_slash = std::string_view(directory).substr(1);
  for (auto& dimension : dimensions) {
    if (!dimension) continue;
    if (dimension->starts_with(directory)) {
      dimension->erase(0, directory.size());
    } else if (!without_slash.empty() && dimension->starts_with(without_slash)) {
      dimension->erase(0, without_slash.size());
    }
  }
}

Status check_sizes(const VirtualDataset& dataset) {
  struct Seen {
    std::uint64_t length;
    const std::string* variable;
  };
  std::map<std::string, Seen> sizes;
  for (const auto& [name, array] : dataset.variables) {
    const auto& metadata = array.metadata;
    for (std::size_t i = 0; i < metadata.dimension_names.size(); ++i) {
      if (!metadata.dimension_names[i]) continue;
      const auto [seen, is_new] = sizes.emplace(*metadata.dimension_names[i], Seen{metadata.shape[i], &name});
      if (is_new || seen->second.length == metadata.shape[i]) continue;
      return invalid(fmt::format("dimension \"{}\" has length {} in variable \"{}\" and {} in variable \"{}\"",
                                 seen->first, seen->second.length, *seen->second.variable, metadata.shape[i], name));
    }
  }
  return {};
}

Failure no_such_group(const VirtualTree& tree, const std::string& path) {
  std::vector<std::string> known;
  for (const auto& [group, attributes] : tree.groups) known.push_back(group);
  const auto nearest = nearest_word(path, known);
  return not_found(fmt::format("no group \"{}\"{}; there are: {}", path,
                               nearest ? fmt::format(" (did you mean \"{}\"?)", *nearest) : "",
                               fmt::join(known, ", ")));
}

}  // namespace

std::map<std::string, std::uint64_t> VirtualDataset::dimension_sizes() const {
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& [name, array] : variables) {
    for (std::size_t i = 0; i < array.metadata.dimension_names.size(); ++i) {
      if (array.metadata.dimension_names[i]) sizes.emplace(*array.metadata.dimension_names[i], array.metadata.shape[i]);
    }
  }
  return sizes;
}

Result<VirtualDataset> select_group(const VirtualTree& tree, const std::string& path) {
  std::string group = path.starts_with('/') ? path : '/' + path;
  if (group.size() > 1 && group.ends_with('/')) group.pop_back();
  const auto found = tree.groups.find(group);
  if (found == tree.groups.end()) return no_such_group(tree, group);
  const std::string directory = directory_of(group);
  VirtualDataset dataset;
  dataset.attributes = found->second;
  for (auto item = tree.arrays.lower_bound(directory); item != tree.arrays.end(); ++item) {
    if (!item->first.starts_with(directory)) break;
    const std::string name = item->first.substr(directory.size());
    if (name.find('/') != std::string::npos) continue;
    auto& array = dataset.variables.emplace(name, item->second).first->second;
    make_relative(array.metadata.dimension_names, directory);
  }
  for (const auto& object : tree.skipped) {
    if (object.path.starts_with(directory)) dataset.skipped.push_back(object);
  }
  VDP_TRY(check_sizes(dataset));
  return dataset;
}

}  // namespace vdp
