#include "icechunk/repo/transaction_logs.h"

#include <fmt/format.h>

#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {

Result<TransactionLog> load_transaction_log(ObjectStore& store, const SnapshotId& snapshot) {
  const std::string key = transaction_log_key(snapshot);
  VDP_ASSIGN_IN(store.url(), const ObjectData object, store.get(key));
  VDP_ASSIGN_IN(store.url() + key, TransactionLog log, decode_transaction_log(object.bytes));
  if (log.id != snapshot) {
    return corrupt(fmt::format("{}{}: found the transaction log of {}, expected that of {}", store.url(), key,
                               log.id.text(), snapshot.text()));
  }
  return log;
}

}  // namespace vdp::icechunk
