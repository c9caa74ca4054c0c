// Artifacts: the objects that the stages of a run leave for one another, below a prefix of the run's own. Their names
// carry run, plan, partition and base, so that nothing of another attempt can be taken for this one's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "icechunk/format/ids.h"
#include "pipeline/backfill/plan.h"
#include "store/object_store.h"

namespace vdp::backfill {

class Artifacts {
 public:
  explicit Artifacts(ObjectStorePtr store) : store_(std::move(store)) {}

  ObjectStore& store() const { return *store_; }
  std::string uri(const std::string& key) const;
  /// `invalid` for what does not lie below the store.
  Result<std::string> key_of(const std::string& uri) const;

  Result<Bytes> read(const std::string& key) const;
  Status write(const std::string& key, ByteView bytes) const;
  Result<Json> read_json(const std::string& key) const;
  Status write_json(const std::string& key, const Json& document) const;

  /// `corrupt` where it is no plan, or not the one that its name says.
  Result<Plan> read_plan(const std::string& plan_uri) const;
  Result<std::vector<Item>> read_items(const Plan& plan, std::uint64_t partition, const std::string& prefix) const;

 private:
  ObjectStorePtr store_;
};

// Names, relative to the store's root.
std::string plan_key(const Plan& plan);
std::string partition_key(const Plan& plan, std::uint64_t partition);
/// Ends in '/'; everything that belongs to one fork lies below it.
std::string work_prefix(const Plan& plan, std::uint64_t partition, const icechunk::SnapshotId& base);
inline std::string fork_key(const std::string& work_prefix) { return work_prefix + "fork"; }
inline std::string items_key(const std::string& work_prefix) { return work_prefix + "items.json"; }
inline std::string rejected_key(const std::string& work_prefix) { return work_prefix + "rejected.json"; }
inline std::string children_prefix(const std::string& work_prefix) { return work_prefix + "children/"; }

}  // namespace vdp::backfill
