#include "icechunk/repo/conflict_detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "icechunk/repo/chunk_meaning.h"
#include "icechunk/repo/log_index.h"
#include "icechunk/repo/node_path.h"
#include "zarr/chunk_grid.h"

namespace vdp::icechunk {
namespace {

using Chunks = std::vector<std::vector<std::uint32_t>>;

/// The rules, one function for each kind of change of ours.
class Detection {
 public:
  Detection(const ChangeSet& ours, const PassedCommit& theirs)
      : ours_(ours), before_(*theirs.before), tree_(*theirs.after), theirs_(theirs.logs) {}

  Result<std::vector<Conflict>> run() {
    // Paths no longer mean the nodes that they meant: nothing else can be said.
    if (!theirs_.moves().empty()) {
      add(ConflictKind::move_operation_cannot_be_rebased, theirs_.moves().front()->from);
      return std::move(found_);
    }
    for (const auto& [path, change] : ours_.nodes()) {
      if (!change.node) continue;
      if (change.is_new) {
        check_new_node(*change.node);
        continue;
      }
      if (change.remapped) VDP_TRY(check_remapped_array(*change.node));
      if (!change.same_metadata) VDP_TRY(check_updated_node(*change.node));
    }
    for (const NodeId& array : ours_.written_arrays()) VDP_TRY(check_written_chunks(array));
    for (const auto& [node, deleted] : ours_.deleted()) check_deleted_node(node, deleted);
    for (auto& [path, chunks] : twice_) {
      add(ConflictKind::chunk_double_update, path, in_order(std::move(chunks)), true);
    }
    std::ranges::sort(found_, [](const Conflict& a, const Conflict& b) {
      return std::tie(a.kind, a.path, a.solvable) < std::tie(b.kind, b.path, b.solvable);
    });
    return std::move(found_);
  }

 private:
  void add(ConflictKind kind, std::string path, Chunks chunks = {}, bool solvable = false) {
    found_.push_back({kind, std::move(path), std::move(chunks), solvable});
  }

  void check_new_node(const NodeSnapshot& node) {
    const NodeSnapshot* existing = tree_.find(node.path);
    // Where ours deletes what is at the path, check_deleted_node finds whether that is what ours saw there.
    if (existing != nullptr && !deleted_by_us(node.path)) {
      add(ConflictKind::new_node_conflicts_with_existing_node, node.path);
    }
    check_parents(node.path);
  }

  /// A new node needs a group to be in, made by us or still there.
  void check_parents(const std::string& path) {
    if (path == "/") return;
    for (std::string at = parent_path(path);; at = parent_path(at)) {
      const NodeChange* own = ours_.find(at);
      const NodeSnapshot* parent = own != nullptr && own->node ? &*own->node : tree_.find(at);
      const bool is_direct = at == parent_path(path);
      if (parent == nullptr ? is_direct : parent->array.has_value()) {
        add_once(ConflictKind::new_node_in_invalid_group, at);
        return;
      }
      if (at == "/") return;
    }
  }

  /// Ours moved the array's references: its manifests stand for what the base held, and nothing that theirs did to the
  /// array can be laid under them.
  Status check_remapped_array(const NodeSnapshot& node) {
    if (theirs_.deleted(node.id)) {
      add_once(ConflictKind::chunks_updated_in_deleted_array, node.path);
    } else if (theirs_.metadata_updated(node.id)) {
      add_once(ConflictKind::chunks_updated_in_updated_array, node.path);
    }
    Chunks written;
    VDP_TRY(for_each_of_theirs(node.id, node.array->shape.size(), [&](std::span<const std::uint32_t> index) {
      written.emplace_back(index.begin(), index.end());
    }));
    if (!written.empty()) add(ConflictKind::chunk_double_update, node.path, in_order(std::move(written)));
    return {};
  }

  Status check_updated_node(const NodeSnapshot& node) {
    const bool is_array = node.array.has_value();
    if (theirs_.metadata_updated(node.id)) add(ConflictKind::zarr_metadata_double_update, node.path);
    if (theirs_.deleted(node.id)) {
      add(is_array ? ConflictKind::zarr_metadata_update_of_deleted_array
                   : ConflictKind::zarr_metadata_update_of_deleted_group,
          node.path);
      return {};
    }
    if (!is_array || theirs_.chunks(node.id).empty()) return {};
    return check_their_chunks_fit(node);
  }

  /// Theirs wrote chunks of an array to which ours gives new metadata.
  Status check_their_chunks_fit(const NodeSnapshot& node) {
    const NodeSnapshot* former = before_.find(node.path);
    if (former == nullptr || former->id != node.id) return {};
    VDP_ASSIGN_IN(node.path, const bool same, same_chunk_meaning(former->zarr_json, node.zarr_json));
    VDP_ASSIGN_IN(node.path, const Json document, parse_json(node.zarr_json));
    VDP_ASSIGN_IN(node.path, const zarr::ArrayGrid grid, zarr::parse_array_grid(document));
    const zarr::Shape used = grid.chunks.used_grid_shape(grid.shape);
    Chunks lost;
    VDP_TRY(for_each_of_theirs(node.id, node.array->shape.size(), [&](std::span<const std::uint32_t> index) {
      if (!same) {
        lost.emplace_back(index.begin(), index.end());
      } else if (!inside(used, index)) {
        // Ours cut it off, which is to delete it.
        twice_[node.path].emplace_back(index.begin(), index.end());
      }
    }));
    if (!lost.empty()) add(ConflictKind::metadata_update_of_written_chunks, node.path, in_order(std::move(lost)));
    return {};
  }

  Status check_written_chunks(const NodeId& array) {
    const std::optional<std::string> path = path_in_base(array);
    if (!path) return {};  // new in this session: theirs cannot know it
    if (theirs_.deleted(array)) {
      add_once(ConflictKind::chunks_updated_in_deleted_array, *path);
      return {};
    }
    if (theirs_.metadata_updated(array)) add_once(ConflictKind::chunks_updated_in_updated_array, *path);
    VDP_TRY(for_each_of_theirs(array, ours_.chunks(array)->rank(), [&](std::span<const std::uint32_t> index) {
      if (written_by_us(array, index)) twice_[*path].emplace_back(index.begin(), index.end());
    }));
    return {};
  }

  void check_deleted_node(const NodeId& node, const DeletedNode& deleted) {
    const auto kind = [](bool is_array) {
      return is_array ? ConflictKind::delete_of_updated_array : ConflictKind::delete_of_updated_group;
    };
    if (theirs_.metadata_updated(node) || !theirs_.chunks(node).empty()) {
      add(kind(deleted.is_array), deleted.path, {}, true);
    }
    const NodeSnapshot* there = tree_.find(deleted.path);
    if (there != nullptr && there->id != node) add(kind(there->array.has_value()), deleted.path);
    if (!deleted.is_array) check_no_new_children(deleted.path);
  }

  void check_no_new_children(const std::string& group) {
    const std::string prefix = group == "/" ? group : group + "/";
    auto at = std::ranges::lower_bound(tree_.nodes, prefix, {}, &NodeSnapshot::path);
    for (; at != tree_.nodes.end() && at->path.starts_with(prefix); ++at) {
      if (at->path != group && theirs_.is_new(at->id)) add_once(ConflictKind::new_node_in_deleted_group, at->path);
    }
  }

  /// The same is found from several of our nodes.
  void add_once(ConflictKind kind, const std::string& path) {
    if (once_.emplace(kind, path).second) add(kind, path);
  }

  template <typename Visit>
  Status for_each_of_theirs(const NodeId& array, std::size_t rank, Visit&& visit) {
    for (const UpdatedChunks* updated : theirs_.chunks(array)) {
      if (updated->rank != rank) {
        return corrupt(fmt::format("transaction log: found chunk indices of rank {} for node {}, expected {}",
                                   updated->rank, array.text(), rank));
      }
      for (std::size_t i = 0; i < updated->count; ++i) {
        visit(std::span(updated->indices).subspan(i * rank, rank));
      }
    }
    return {};
  }

  bool written_by_us(const NodeId& array, std::span<const std::uint32_t> index) const {
    const RefTable* chunks = ours_.chunks(array);
    return chunks != nullptr && chunks->find(index).has_value();
  }

  bool deleted_by_us(const std::string& path) const {
    const NodeSnapshot* former = before_.find(path);
    return former != nullptr && ours_.deleted().contains(former->id);
  }

  std::optional<std::string> path_in_base(const NodeId& id) {
    if (paths_.empty()) {
      for (const NodeSnapshot& node : before_.nodes) paths_.emplace(node.id, node.path);
    }
    const auto found = paths_.find(id);
    if (found == paths_.end()) return std::nullopt;
    return found->second;
  }

  static bool inside(const zarr::Shape& grid, std::span<const std::uint32_t> index) {
    for (std::size_t d = 0; d < index.size(); ++d) {
      if (index[d] >= grid[d]) return false;
    }
    return true;
  }

  static Chunks in_order(Chunks chunks) {
    std::ranges::sort(chunks);
    const auto repeated = std::ranges::unique(chunks);
    chunks.erase(repeated.begin(), repeated.end());
    return chunks;
  }

  const ChangeSet& ours_;
  const Snapshot& before_;
  const Snapshot& tree_;
  const LogIndex theirs_;
  std::map<NodeId, std::string> paths_;  ///< of the base, filled when first needed
  std::map<std::string, Chunks> twice_;  ///< by path: chunks that both wrote or deleted
  std::set<std::pair<ConflictKind, std::string>> once_;
  std::vector<Conflict> found_;
};

}  // namespace

Result<std::vector<Conflict>> detect_conflicts(const ChangeSet& ours, const PassedCommit& theirs) {
  return Detection(ours, theirs).run();
}

}  // namespace vdp::icechunk
