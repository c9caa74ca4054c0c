// The ledger: granules that came too late for their place on a growing axis. They wait in the store, in the array
// `_vdp/late`, one text each, until they are folded in (`forward.late` is "ledger").
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "dataset/granule.h"
#include "icechunk/repo/session.h"

namespace vdp {

/// The path of the array beside the dataset in `group`.
std::string ledger_array(const std::string& group);

struct LateGranule {
  std::string uri;
  std::string version;  ///< see version_of; folded in is the version that the source has by then
  std::string value;    ///< of the axis, for people
  TimestampUs since_us = 0;
};

/// Written in the commit that its changes belong to, like the records of the slots.
class LateLedger {
 public:
  /// Empty where the store has none. `corrupt` for texts that are no entries.
  static Result<LateLedger> load(const icechunk::Session& session, const std::string& group);

  const LateGranule* find(const std::string& uri) const;
  std::size_t size() const { return by_uri_.size(); }
  /// At most `limit` of them, those that have waited longest first.
  std::vector<LateGranule> oldest(std::size_t limit) const;

  /// A granule that is in the ledger already keeps its place in time.
  void put(LateGranule granule);
  /// Nothing to do where it is not there.
  void remove(const std::string& uri);
  /// Whether there is anything to write.
  bool is_changed() const { return changed_; }
  /// Writes what changed since it was loaded or written.
  Status write(const std::string& group, icechunk::Session& session);

 private:
  std::map<std::string, LateGranule> by_uri_;
  bool changed_ = false;
};

}  // namespace vdp
