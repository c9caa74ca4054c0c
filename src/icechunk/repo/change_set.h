// What a session changed on top of its base.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "icechunk/format/ref_table.h"
#include "icechunk/format/snapshot.h"
#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {

/// Names one call of ChangeSet::remap_array, over all sessions: whoever has it was forked after that call.
using RemapId = Id<12>;

/// A path that differs from the base.
struct NodeChange {
  std::optional<NodeSnapshot> node;   ///< none: deleted
  bool is_new = false;                ///< its id is not in the base
  std::optional<RemapId> remapped{};  ///< its manifests are not the base's: the last ChangeSet::remap_array
  bool same_metadata = false;         ///< nothing but its manifests differs from the base
};

/// A node of the base that is deleted.
struct DeletedNode {
  std::string path;
  bool is_array = false;
};

/// A node of the base, with all that is below it, that was given another path.
struct NodeMove {
  std::string from;
  std::string to;
  NodeId node;
};

class ChangeSet {
 public:
  bool empty() const;
  void clear();
  /// Another number after every call that changes what the session sees.
  std::uint64_t revision() const { return revision_; }

  const std::map<std::string, NodeChange>& nodes() const { return nodes_; }
  const NodeChange* find(const std::string& path) const;
  const std::map<NodeId, DeletedNode>& deleted() const { return deleted_; }

  void add_node(NodeSnapshot node);
  /// New metadata or shape of a node that the session sees; it keeps its id.
  void update_node(NodeSnapshot node);
  /// `node` is what the session sees at its path; `in_base`: the base has a node at that path.
  void delete_node(const NodeSnapshot& node, bool in_base);
  /// The node at `move.from`, and all that is below it, come to lie at `move.to`. Their ids stay. See node_move.h for
  /// what is checked before.
  void move_node(const NodeMove& move, const Snapshot& base);
  /// In the order in which they were made.
  const std::vector<NodeMove>& moves() const { return moves_; }

  /// Written and deleted chunks of an array; a row for a deleted chunk is a missing one. Null where there are none.
  const RefTable* chunks(const NodeId& node) const;
  RefTable& chunks_to_change(const NodeId& node, std::size_t rank);
  /// Arrays with written or deleted chunks.
  std::vector<NodeId> written_arrays() const;
  /// Forgets the rows of these chunks.
  void forget_chunks(const NodeId& node, const std::vector<std::vector<std::uint32_t>>& indices);

  /// The base becomes `tree`, over which the changes were found to fit (conflict_detection.h): arrays that were given
  /// new metadata get its manifests, and what it has deleted itself is no longer a change.
  void rebase_onto(const Snapshot& tree);

  /// Gives an array whose references were moved its new manifests, the entries of those that are new, and what is left
  /// to lay over them: `chunks` at their new places. `changed` has a missing row for each index that a reference of the
  /// old manifests left or came to. `node` is what the session sees.
  void remap_array(const RemapId& id, const NodeSnapshot& node, std::vector<ManifestRef> manifests,
                   const std::vector<ManifestFile>& new_files, const RefTable& changed, RefTable chunks);
  /// Entries of manifests that the session has written itself.
  const std::map<ManifestId, ManifestFile>& own_manifests() const { return own_manifests_; }
  /// The indices that changed without a row in chunks(), as missing rows; null where there are none.
  const RefTable* moved_chunks(const NodeId& node) const;

  TransactionLog transaction_log(const SnapshotId& id) const;
  /// The object of that log, without a copy of the indices, which may be millions.
  Result<Bytes> encode_transaction_log(const SnapshotId& id) const;

 private:
  /// But for the chunks.
  TransactionLog node_log(const SnapshotId& id) const;
  /// The arrays that have changed chunks, with their ranks.
  std::map<NodeId, std::size_t> changed_arrays() const;
  UpdatedChunks updated_chunks(const NodeId& node, std::size_t rank) const;

  std::map<std::string, NodeChange> nodes_;
  std::uint64_t revision_ = 0;
  std::map<NodeId, DeletedNode> deleted_;
  std::vector<NodeMove> moves_;
  std::map<NodeId, std::string> moved_from_;  ///< path in the base; of nodes that lie elsewhere now
  // Sorted on the way, which changes no content: reading and writing chunks alternate.
  mutable std::map<NodeId, RefTable> chunks_;
  mutable std::map<NodeId, RefTable> moved_;  ///< of remapped arrays
  std::map<ManifestId, ManifestFile> own_manifests_;
};

/// The node at `path` as a session sees it, or null. Valid until the next change.
const NodeSnapshot* find_node(const Snapshot& base, const ChangeSet& changes, const std::string& path);

/// All nodes as a session sees them, in byte order of their paths.
std::vector<const NodeSnapshot*> all_nodes(const Snapshot& base, const ChangeSet& changes);

}  // namespace vdp::icechunk
