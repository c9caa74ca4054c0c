// TransactionLog: the object transactions/ID, what the snapshot of that id changed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "icechunk/format/ids.h"
#include "icechunk/format/metadata_value.h"

namespace vdp::icechunk {

/// Chunks of one array that were written or deleted.
struct UpdatedChunks {
  NodeId node;
  std::size_t rank = 0;
  std::size_t count = 0;
  std::vector<std::uint32_t> indices;  ///< `rank` numbers per chunk, chunks in C order
};

/// The same where they lie: valid as long as that is.
struct UpdatedChunksView {
  NodeId node;
  std::size_t rank = 0;
  std::size_t count = 0;
  std::span<const std::uint32_t> indices;  ///< of count * rank numbers
};

struct MovedNode {
  std::string from;
  std::string to;
  NodeId node;
  bool is_array = false;
};

/// A node that was made and deleted again appears nowhere. One that was deleted and made again appears under its old id
/// among the deleted and its new id among the new ones.
struct TransactionLog {
  SnapshotId id;
  // All sorted.
  std::vector<NodeId> new_groups;
  std::vector<NodeId> new_arrays;  ///< their chunks are among updated_chunks, too
  std::vector<NodeId> deleted_groups;
  std::vector<NodeId> deleted_arrays;
  std::vector<NodeId> updated_arrays;
  std::vector<NodeId> updated_groups;
  std::vector<UpdatedChunks> updated_chunks;
  std::vector<MovedNode> moved_nodes;  ///< by the parts of `to`
};

/// The whole object, header included. `limit` where no reader could address all of it: some 50 million chunks.
Result<Bytes> encode_transaction_log(const TransactionLog& log);
/// The same with these chunks, of which no copy is made, in place of the log's.
Result<Bytes> encode_transaction_log(const TransactionLog& log, std::span<const UpdatedChunksView> updated_chunks);

Result<TransactionLog> decode_transaction_log(ByteView object);

}  // namespace vdp::icechunk
