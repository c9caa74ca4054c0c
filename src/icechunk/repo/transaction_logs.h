// Transaction logs of a repository, fetched.
#pragma once

#include "icechunk/format/transaction_log.h"
#include "store/object_store.h"

namespace vdp::icechunk {

/// What the snapshot changed. `not_found` where the store has no log of it; `corrupt` where the object is the log of
/// another snapshot.
Result<TransactionLog> load_transaction_log(ObjectStore& store, const SnapshotId& snapshot);

}  // namespace vdp::icechunk
