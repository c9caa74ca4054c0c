#include "icechunk/upkeep/age_guard.h"

#include <fmt/format.h>

#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {

Status check_age(Clock& clock, TimestampUs cutoff_us, std::int64_t minimum_age_us) {
  const TimestampUs latest_us = clock.now_us() - minimum_age_us;
  if (cutoff_us <= latest_us) return {};
  return invalid(fmt::format(
      "older than {} was asked for, and {} is the latest that is allowed: sessions that are still open may need what "
      "is younger",
      format_timestamp(cutoff_us), format_timestamp(latest_us)));
}

// Why the store is asked. An object's age is the store's last_modified against the cutoff, so where our clock is ahead
// of the store's, a cutoff "a day ago" by our clock may lie after objects that were written a minute ago. The answer to
// a write is the one thing that tells the store's clock through every kind of store. What is written is a chunk that
// nothing refers to: if we die before it is removed, it is garbage like any other and the next collection takes it.
Result<TimestampUs> store_time(RepositoryState& repository) {
  ObjectStore& store = repository.store();
  const std::string key = chunk_key(ChunkId::random(repository.random()));
  const Bytes content(1, 0);
  VDP_ASSIGN_IN(store.url(), const ObjectInfo put, store.put(key, content));
  const auto found = store.head(key);
  // Whether it could be removed does not matter.
  static_cast<void>(store.remove(key));
  if (!found) return std::unexpected(within(store.url(), found.error()));
  if (found->last_modified_us > 0) return found->last_modified_us;
  return unsupported(fmt::format("{}: the store does not tell when objects were written", store.url()));
}

}  // namespace vdp::icechunk
