// Holder: one opened queue among all those that share a file, and the ones among them that are dead.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "queue/holder_lock.h"
#include "queue/sqlite_database.h"

namespace vdp {

/// Has a row in the table of holders, and holds the lock on the byte of its number while it lives. All calls are made
/// within a transaction of the caller: row and lock come together, so that no living holder is ever seen without one.
class Holder {
 public:
  static Result<Holder> enter(sqlite::Database& database, HolderLock lock, TimestampUs now_us);

  /// Never used before in this file; from 1.
  std::int64_t number() const { return number_; }
  HolderLock& lock() { return lock_; }

  /// Ends the hiding of what dead holders have in flight, and strikes their rows.
  Status expire_dead(sqlite::Database& database, TimestampUs now_us) const;
  /// The same for this one. Its lock ends with the object.
  Status leave(sqlite::Database& database, TimestampUs now_us) const;

 private:
  Holder(HolderLock lock, std::int64_t number) : lock_(std::move(lock)), number_(number) {}

  HolderLock lock_;
  std::int64_t number_;
};

}  // namespace vdp
