#include "icechunk/repo/fork_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "icechunk/repo/node_metadata.h"
#include "icechunk/repo/node_path.h"

namespace vdp::icechunk {
namespace {

/// Puts the parts of a fork on its base, one kind after the other, each held against what is there by then.
class ForkPlacement {
 public:
  ForkPlacement(const Snapshot& base, const ForkContent& content) : base_(base), content_(content) {
    for (const NodeSnapshot& node : base.nodes) paths_.emplace(node.id, node.path);
  }

  Result<ChangeSet> run() {
    for (const auto& deletion : content_.deletions) VDP_TRY(remove(deletion));
    for (const auto& deletion : content_.deletions) VDP_TRY(check_nothing_left_below(deletion));
    for (const auto& node : content_.nodes) VDP_TRY(node.is_new ? add(node) : update(node));
    for (const auto& node : content_.nodes) VDP_TRY(check_parent(node.path));
    for (const auto& remapped : content_.remapped) VDP_TRY(remap(remapped));
    for (const auto& chunks : content_.chunks) VDP_TRY(write(chunks));
    return std::move(changes_);
  }

 private:
  const NodeSnapshot* in_base(const std::string& path, const NodeId& id, bool is_array) const {
    const NodeSnapshot* node = base_.find(path);
    return node != nullptr && node->id == id && node->array.has_value() == is_array ? node : nullptr;
  }

  Failure unknown(const std::string& path, const NodeId& id) const {
    return corrupt(fmt::format("{}: the fork names a node {} that snapshot {} does not have there", path, id.text(),
                               base_.id.text()));
  }

  Status remove(const ForkContent::Deletion& deletion) {
    const NodeSnapshot* node = in_base(deletion.path, deletion.id, deletion.is_array);
    if (node == nullptr) return unknown(deletion.path, deletion.id);
    changes_.delete_node(*node, true);
    return {};
  }

  Status check_nothing_left_below(const ForkContent::Deletion& deletion) const {
    const std::string prefix = deletion.path == "/" ? "/" : deletion.path + "/";
    auto at = std::ranges::lower_bound(base_.nodes, prefix, {}, &NodeSnapshot::path);
    for (; at != base_.nodes.end() && at->path.starts_with(prefix); ++at) {
      if (!changes_.deleted().contains(at->id)) {
        return corrupt(fmt::format("the fork deletes {}, and not {} in it", deletion.path, at->path));
      }
    }
    return {};
  }

  Status add(const ForkContent::Node& node) {
    if (!paths_.emplace(node.id, node.path).second) {
      return corrupt(
          fmt::format("{}: the fork makes a node with the id {}, which is taken", node.path, node.id.text()));
    }
    if (find_node(base_, changes_, node.path) != nullptr) {
      return corrupt(fmt::format("{}: the fork makes a node where snapshot {} has one", node.path, base_.id.text()));
    }
    NodeSnapshot made{node.id, node.path, node.zarr_json, {}, {}};
    VDP_ASSIGN(made.array, array_part(node));
    changes_.add_node(std::move(made));
    return {};
  }

  Status update(const ForkContent::Node& node) {
    const NodeSnapshot* former = in_base(node.path, node.id, node.is_array);
    if (former == nullptr || changes_.deleted().contains(node.id)) return unknown(node.path, node.id);
    NodeSnapshot next = *former;
    next.zarr_json = node.zarr_json;
    VDP_ASSIGN(next.array, array_part(node));
    if (next.array) {
      if (next.array->shape.size() != former->array->shape.size()) {
        return corrupt(fmt::format("{}: the fork gives it rank {}, expected {}", node.path, next.array->shape.size(),
                                   former->array->shape.size()));
      }
      next.array->manifests = former->array->manifests;
    }
    changes_.update_node(std::move(next));
    return {};
  }

  static Result<std::optional<ArrayNode>> array_part(const ForkContent::Node& node) {
    if (!node.is_array) {
      VDP_TRY(check_group_metadata(node.path, node.zarr_json));
      return std::optional<ArrayNode>();
    }
    VDP_ASSIGN(const zarr::ArrayGrid grid, checked_array_grid(node.path, node.zarr_json));
    VDP_ASSIGN(ArrayNode array, array_node(node.path, grid));
    return std::optional(std::move(array));
  }

  Status check_parent(const std::string& path) const {
    if (path == "/") return {};
    const NodeSnapshot* parent = find_node(base_, changes_, parent_path(path));
    if (parent != nullptr && !parent->array) return {};
    return corrupt(fmt::format("{}: the fork makes a node that is in no group", path));
  }

  /// The node that the id names, as the fork leaves it; null where it is not there.
  const NodeSnapshot* find(const NodeId& id) const {
    const auto path = paths_.find(id);
    if (path == paths_.end()) return nullptr;
    const NodeSnapshot* node = find_node(base_, changes_, path->second);
    return node != nullptr && node->id == id ? node : nullptr;
  }

  Status remap(const ForkContent::Remapped& remapped) {
    const NodeSnapshot* node = find(remapped.array);
    const NodeSnapshot* former = node == nullptr ? nullptr : in_base(node->path, remapped.array, true);
    if (former == nullptr || former->array->shape.size() != remapped.moved.rank()) {
      return corrupt(fmt::format("the fork moves chunks of rank {} of node {}, which is no such array of snapshot {}",
                                 remapped.moved.rank(), remapped.array.text(), base_.id.text()));
    }
    std::set<ManifestId> former_ids;
    for (const ManifestRef& manifest : former->array->manifests) former_ids.insert(manifest.id);
    std::vector<ManifestRef> manifests;
    std::vector<ManifestFile> new_files;
    for (const ForkContent::Manifest& manifest : remapped.manifests) {
      const ManifestId& id = manifest.ref.id;
      const bool known = manifest.entry ? base_.find_manifest(id) == nullptr && new_manifests_.insert(id).second
                                        : former_ids.erase(id) == 1;
      if (!known) {
        return corrupt(fmt::format("{}: the fork gives it manifest {}, found neither among those that it had nor new",
                                   node->path, id.text()));
      }
      if (manifest.entry) new_files.push_back(*manifest.entry);
      manifests.push_back(manifest.ref);
    }
    const RefTable no_chunks(remapped.moved.rank());
    changes_.remap_array(remapped.id, *node, std::move(manifests), new_files, remapped.moved, no_chunks);
    return {};
  }

  Status write(const ForkContent::Chunks& chunks) {
    const NodeSnapshot* node = find(chunks.array);
    if (node == nullptr || !node->array || node->array->shape.size() != chunks.refs.rank()) {
      return corrupt(fmt::format("the fork has chunks of rank {} for node {}, which is no such array",
                                 chunks.refs.rank(), chunks.array.text()));
    }
    const auto& shape = node->array->shape;
    RefTable& rows = changes_.chunks_to_change(chunks.array, chunks.refs.rank());
    for (std::size_t row = 0; row < chunks.refs.size(); ++row) {
      const ChunkRefView ref = chunks.refs[row];
      bool inside = true;
      for (std::size_t d = 0; d < shape.size(); ++d) inside = inside && ref.index[d] < shape[d].chunk_count;
      // What a shrunken grid leaves out is deleted.
      if (!inside && ref.kind != ChunkRefKind::missing) {
        return corrupt(
            fmt::format("{}: the fork has a chunk [{}] outside the grid", node->path, fmt::join(ref.index, ", ")));
      }
      rows.append(ref);
    }
    return {};
  }

  const Snapshot& base_;
  const ForkContent& content_;
  std::map<NodeId, std::string> paths_;  ///< of the base, and of new nodes
  std::set<ManifestId> new_manifests_;
  ChangeSet changes_;
};

ForkContent::Remapped remapped_array(const ChangeSet& changes, const NodeChange& change) {
  const NodeSnapshot& node = *change.node;
  ForkContent::Remapped remapped{node.id, *change.remapped, {}, *changes.moved_chunks(node.id)};
  for (const ManifestRef& ref : node.array->manifests) {
    const auto own = changes.own_manifests().find(ref.id);
    remapped.manifests.push_back(
        {ref, own == changes.own_manifests().end() ? std::nullopt : std::optional(own->second)});
  }
  return remapped;
}

}  // namespace

Result<ForkContent> fork_content(std::string repository, const Snapshot& base, const ChangeSet& changes) {
  ForkContent content;
  content.repository = std::move(repository);
  content.base = base.id;
  for (const auto& [path, change] : changes.nodes()) {
    if (!change.node) continue;
    if (change.remapped && change.is_new) {
      return unsupported(fmt::format(
          "{}: chunks moved along an axis of an array that is not committed cannot be forked or exported: commit first",
          path));
    }
    if (change.remapped) content.remapped.push_back(remapped_array(changes, change));
    if (change.same_metadata) continue;
    content.nodes.push_back(
        {change.node->id, path, change.node->zarr_json, change.node->array.has_value(), change.is_new});
  }
  std::ranges::sort(content.remapped, {}, &ForkContent::Remapped::array);
  for (const auto& [id, deleted] : changes.deleted()) content.deletions.push_back({id, deleted.path, deleted.is_array});
  for (const NodeId& array : changes.written_arrays()) content.chunks.push_back({array, *changes.chunks(array)});
  return content;
}

Result<ChangeSet> changes_on(const Snapshot& base, const ForkContent& content) {
  VDP_ASSIGN_IN("fork", ChangeSet changes, ForkPlacement(base, content).run());
  return changes;
}

}  // namespace vdp::icechunk
