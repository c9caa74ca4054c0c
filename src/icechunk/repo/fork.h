// Fork: what a session changed and has not committed, as a file that another process can go on with.
//
// A coordinator forks its session once per worker (Session::fork), or hands the same fork to all. Each worker opens it
// (Repository::forked_session), writes, and exports (Session::export_changes). The coordinator merges what comes back
// (Session::merge) and commits once. Chunks that are not inline are written to the repository by the workers; collect
// does not know them before the commit, so its age limit must exceed the length of such a job. So it is with the
// manifests of arrays whose chunks were moved along an axis.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "icechunk/format/ids.h"
#include "icechunk/format/ref_table.h"
#include "icechunk/format/snapshot.h"

namespace vdp::icechunk {

/// What a fork holds. It is data alone: no code, no settings of a store, no credentials.
struct ForkContent {
  struct Node {
    NodeId id;
    std::string path;
    std::string zarr_json;
    bool is_array = false;
    bool is_new = false;  ///< else new metadata of a node of the base
  };
  struct Deletion {
    NodeId id;
    std::string path;
    bool is_array = false;
  };
  struct Chunks {
    NodeId array;
    RefTable refs;  ///< sorted; a deleted chunk is a missing one
  };
  struct Manifest {
    ManifestRef ref;
    std::optional<ManifestFile> entry;  ///< of one that the base does not have
  };
  /// An array of the base whose manifests were written anew, as its chunks moved along an axis.
  struct Remapped {
    NodeId array;
    Id<12> id;                        ///< of the last time: forks that have it in common came after it
    std::vector<Manifest> manifests;  ///< all of the array's
    RefTable moved;                   ///< sorted; a missing row for each index that a chunk left or came to
  };

  std::string repository;  ///< identity, 64 hexadecimal digits: see repository_identity.h
  SnapshotId base;
  std::vector<Node> nodes;          ///< by path
  std::vector<Deletion> deletions;  ///< by id
  std::vector<Chunks> chunks;       ///< by array
  std::vector<Remapped> remapped;   ///< by array; `chunks` has its indices as they are afterwards
};

class Fork {
 public:
  explicit Fork(ForkContent content) : content_(std::move(content)) {}

  /// The file: its bytes are described in fork_file.cc.
  Bytes encode() const;
  /// `corrupt` for what was damaged, cut off or lengthened: a hash over the whole file tells. Beyond that nothing in it
  /// is trusted: counts, orders, paths, metadata and references are checked, and memory is taken in proportion to the
  /// file. Whether it fits a repository is asked when it is opened or merged.
  static Result<Fork> decode(ByteView file);

  const ForkContent& content() const { return content_; }
  const SnapshotId& base() const { return content_.base; }

 private:
  ForkContent content_;
};

}  // namespace vdp::icechunk
