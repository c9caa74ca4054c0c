#include "icechunk/repo/change_merge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "icechunk/repo/chunk_meaning.h"
#include "icechunk/repo/node_path.h"

namespace vdp::icechunk {
namespace {

bool same_ref(const ChunkRefView& a, const ChunkRefView& b) {
  return a.kind == b.kind && std::ranges::equal(a.bytes, b.bytes) && a.chunk_id == b.chunk_id && a.url == b.url &&
         a.etag == b.etag && a.last_modified_s == b.last_modified_s && a.offset == b.offset && a.length == b.length;
}

bool inside(const ArrayNode& array, std::span<const std::uint32_t> index) {
  for (std::size_t d = 0; d < index.size(); ++d) {
    if (index[d] >= array.shape[d].chunk_count) return false;
  }
  return true;
}

/// Our node at a path, where ours made it or gave it new metadata.
const NodeChange* changed_node(const ChangeSet& changes, const std::string& path) {
  const NodeChange* change = changes.find(path);
  return change != nullptr && change->node && !change->same_metadata ? change : nullptr;
}

/// In an array of the base.
bool moves_chunks(const NodeChange* change) {
  return change != nullptr && change->node && change->remapped && !change->is_new;
}

class Merge {
 public:
  Merge(const Snapshot& base, ChangeSet& ours, const ChangeSet& theirs) : base_(base), ours_(ours), theirs_(theirs) {}

  Status run() {
    for (const NodeSnapshot& node : base_.nodes) paths_.emplace(node.id, node.path);
    for (const auto& [path, change] : theirs_.nodes()) {
      if (!change.node || change.same_metadata) continue;
      if (change.is_new) {
        check_new(*change.node);
      } else {
        check_update(*change.node);
      }
    }
    check_deletions(ours_, theirs_);
    check_deletions(theirs_, ours_);
    VDP_TRY(check_fit(ours_, theirs_));
    VDP_TRY(check_fit(theirs_, ours_));
    check_moves();
    for (const NodeId& array : theirs_.written_arrays()) check_chunks(array);
    if (!overlaps_.empty()) return conflict(fmt::format("both changed {}", fmt::join(shown(), "; ")));
    apply();
    return {};
  }

 private:
  void check_new(const NodeSnapshot& node) {
    const NodeChange* own = changed_node(ours_, node.path);
    if (own == nullptr) return;
    const bool same =
        own->is_new && own->node->array.has_value() == node.array.has_value() && own->node->zarr_json == node.zarr_json;
    if (same) {
      our_id_[node.id] = own->node->id;
    } else {
      overlap(node.path, "made with different metadata");
    }
  }

  void check_update(const NodeSnapshot& node) {
    const NodeChange* own = ours_.find(node.path);
    if (own == nullptr || !own->node || own->node->id != node.id || own->same_metadata) return;
    if (own->node->zarr_json != node.zarr_json) overlap(node.path, "different metadata");
  }

  /// What `one` deleted, and `other` did not, `other` left alone.
  void check_deletions(const ChangeSet& one, const ChangeSet& other) {
    for (const auto& [id, deleted] : one.deleted()) {
      if (other.deleted().contains(id)) continue;
      const NodeChange* change = other.find(deleted.path);
      const bool updated = change != nullptr && change->node && change->node->id == id;
      const RefTable* chunks = other.chunks(id);
      const bool written = (chunks != nullptr && !chunks->empty()) || other.moved_chunks(id) != nullptr;
      if (updated || written) overlap(deleted.path, "deleted by one");
      if (!deleted.is_array) check_not_added_to(deleted.path, other);
    }
  }

  void check_not_added_to(const std::string& group, const ChangeSet& other) {
    const std::string prefix = group == "/" ? group : group + "/";
    for (auto at = other.nodes().lower_bound(prefix); at != other.nodes().end(); ++at) {
      if (!at->first.starts_with(prefix)) return;
      if (at->second.node && at->second.is_new && at->first != group) {
        overlap(at->first, "made in a group that the other deleted");
      }
    }
  }

  /// Chunks that `writer` wrote mean the same, and are inside the grid, under the metadata that `describer` gave.
  Status check_fit(const ChangeSet& describer, const ChangeSet& writer) {
    for (const NodeId& array : writer.written_arrays()) {
      const auto path = paths_.find(array);
      const NodeChange* change = path == paths_.end() ? nullptr : changed_node(describer, path->second);
      const RefTable* chunks = writer.chunks(array);
      if (change == nullptr || change->is_new || !change->node->array || chunks == nullptr) continue;
      // Under the metadata of both, where both gave it: then it is the same.
      if (const NodeChange* own = changed_node(writer, path->second)) {
        if (own->node->zarr_json == change->node->zarr_json) continue;
      }
      const NodeSnapshot& former = *base_.find(path->second);
      VDP_ASSIGN_IN(path->second, const bool same, same_chunk_meaning(former.zarr_json, change->node->zarr_json));
      for (std::size_t row = 0; row < chunks->size(); ++row) {
        const ChunkRefView ref = (*chunks)[row];
        if (same && (ref.kind == ChunkRefKind::missing || inside(*change->node->array, ref.index))) continue;
        overlap(path->second,
                fmt::format("metadata under which chunk [{}] is another one", fmt::join(ref.index, ", ")));
        break;
      }
    }
    return {};
  }

  /// Where one moved the chunks of an array, the other left it alone, or has the same move.
  void check_moves() {
    for (const auto& [path, change] : theirs_.nodes()) {
      if (moves_chunks(&change) && !same_move(change, ours_.find(path)) && touches(ours_, *change.node)) {
        move_apart(*change.node);
      }
    }
    for (const auto& [path, change] : ours_.nodes()) {
      const bool theirs_too = moves_chunks(theirs_.find(path));
      if (moves_chunks(&change) && !theirs_too && touches(theirs_, *change.node)) move_apart(*change.node);
    }
  }

  static bool touches(const ChangeSet& changes, const NodeSnapshot& array) {
    const NodeChange* change = changes.find(array.path);
    const RefTable* chunks = changes.chunks(array.id);
    return (change != nullptr && change->node && change->node->id == array.id) ||
           (chunks != nullptr && !chunks->empty());
  }

  static bool same_move(const NodeChange& theirs, const NodeChange* ours) {
    return moves_chunks(ours) && ours->node->id == theirs.node->id && ours->remapped == theirs.remapped;
  }

  void move_apart(const NodeSnapshot& array) {
    moved_apart_.insert(array.id);
    overlap(array.path, "chunks moved along an axis");
  }

  void check_chunks(const NodeId& array) {
    const NodeId own_id = our_id(array);
    const RefTable* own = ours_.chunks(own_id);
    const RefTable* chunks = theirs_.chunks(array);
    if (own == nullptr || chunks == nullptr || moved_apart_.contains(array)) return;
    // In a new array chunks are rows alone, and do not tell what they left.
    const NodeChange* change = ours_.find(path_of(array));
    if (change != nullptr && change->is_new && change->remapped) {
      return overlap(path_of(array), "chunks moved along an axis");
    }
    std::vector<std::string> twice;
    for (std::size_t row = 0; row < chunks->size(); ++row) {
      const ChunkRefView ref = (*chunks)[row];
      const auto found = own->find(ref.index);
      if (found && !same_ref((*own)[*found], ref)) twice.push_back(fmt::format("[{}]", fmt::join(ref.index, ", ")));
    }
    if (twice.empty()) return;
    const std::size_t count = twice.size();
    if (count > max_shown) twice.resize(max_shown);
    overlap(path_of(array), fmt::format("chunks {}{}", fmt::join(twice, ", "),
                                        count > max_shown ? fmt::format(" and {} more", count - max_shown) : ""));
  }

  void apply() {
    for (const auto& [id, deleted] : theirs_.deleted()) {
      if (!ours_.deleted().contains(id)) ours_.delete_node(*base_.find(deleted.path), true);
    }
    for (const auto& [path, change] : theirs_.nodes()) {
      if (!change.node || our_id_.contains(change.node->id)) continue;
      const bool moved_by_both = moves_chunks(&change) && same_move(change, ours_.find(path));
      if (change.is_new) {
        ours_.add_node(*change.node);
      } else if (!change.same_metadata) {
        ours_.update_node(*change.node);
      }
      if (moves_chunks(&change) && !moved_by_both) apply_move(*change.remapped, *change.node);
    }
    for (const NodeId& array : theirs_.written_arrays()) {
      const RefTable& chunks = *theirs_.chunks(array);
      RefTable& own = ours_.chunks_to_change(our_id(array), chunks.rank());
      for (std::size_t row = 0; row < chunks.size(); ++row) own.append(chunks[row]);
    }
  }

  void apply_move(const RemapId& id, const NodeSnapshot& array) {
    std::vector<ManifestFile> new_files;
    for (const ManifestRef& manifest : array.array->manifests) {
      const auto own = theirs_.own_manifests().find(manifest.id);
      if (own != theirs_.own_manifests().end()) new_files.push_back(own->second);
    }
    const RefTable& moved = *theirs_.moved_chunks(array.id);
    ours_.remap_array(id, array, array.array->manifests, new_files, moved, RefTable(moved.rank()));
  }

  NodeId our_id(const NodeId& id) const {
    const auto found = our_id_.find(id);
    return found == our_id_.end() ? id : found->second;
  }

  std::string path_of(const NodeId& id) const {
    if (const auto known = paths_.find(id); known != paths_.end()) return known->second;
    for (const auto& [path, change] : theirs_.nodes()) {
      if (change.node && change.node->id == id) return path;
    }
    return "node " + id.text();
  }

  void overlap(const std::string& path, const std::string& what) { overlaps_.push_back(path + ": " + what); }

  std::vector<std::string> shown() const {
    if (overlaps_.size() <= max_shown) return overlaps_;
    std::vector<std::string> first(overlaps_.begin(), overlaps_.begin() + max_shown);
    first.push_back(fmt::format("and {} more", overlaps_.size() - max_shown));
    return first;
  }

  static constexpr std::size_t max_shown = 5;

  const Snapshot& base_;
  ChangeSet& ours_;
  const ChangeSet& theirs_;
  std::map<NodeId, std::string> paths_;  ///< of the base
  std::map<NodeId, NodeId> our_id_;      ///< of nodes that both made: theirs -> ours
  std::set<NodeId> moved_apart_;         ///< arrays whose chunks one moved, and the other changed
  std::vector<std::string> overlaps_;
};

}  // namespace

Status merge_changes(const Snapshot& base, ChangeSet& ours, const ChangeSet& theirs) {
  return Merge(base, ours, theirs).run();
}

}  // namespace vdp::icechunk
