// What two snapshots, one on top of the other, changed together.
#pragma once

#include "icechunk/format/transaction_log.h"

namespace vdp::icechunk {

/// The log of a snapshot `id` that stands for `older` and for `newer` on top of it: every entry of both. A node that
/// both moved is one move, from its first path to its last, and none where it came back. `corrupt` where the two do not
/// agree on the number of an array's dimensions.
Result<TransactionLog> union_of_logs(const TransactionLog& older, const TransactionLog& newer, const SnapshotId& id);

}  // namespace vdp::icechunk
