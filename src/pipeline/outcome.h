// What became of one granule.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json_fwd.h"
#include "dataset/granule.h"

namespace vdp {

struct Outcome {
  enum class Kind {
    written,    ///< its references are in the store
    replaced,   ///< a new version of it took the place of the old one
    retracted,  ///< its file is gone: its slots are empty again
    set_aside,  ///< too late for its place: it waits in the store's ledger to be folded in
    unchanged,  ///< the store has this very version already, or nothing of it where it is gone
    deferred,   ///< not yet: it stays in the queue
    rejected,   ///< it does not fit; the reason says why
  };
  Kind kind = Kind::rejected;
  Granule granule;
  std::string reason;              ///< of deferred and rejected
  std::uint64_t refs = 0;          ///< virtual references written
  std::vector<std::string> notes;  ///< what was left out, decoded or dropped
  bool waits = false;              ///< deferred until other granules are written: worth trying with the next batch

  static Outcome rejected(Granule granule, std::string reason) {
    return {Kind::rejected, std::move(granule), std::move(reason), 0, {}, false};
  }
  static Outcome deferred(Granule granule, std::string reason) {
    return {Kind::deferred, std::move(granule), std::move(reason), 0, {}, false};
  }
  static Outcome unchanged(Granule granule, std::vector<std::string> notes = {}) {
    return {Kind::unchanged, std::move(granule), {}, 0, std::move(notes), false};
  }
  /// Deferred, as its source was not read in time.
  static Outcome not_read(Granule granule);
  bool changes_store() const {
    return kind == Kind::written || kind == Kind::replaced || kind == Kind::retracted || kind == Kind::set_aside;
  }
};

std::string_view to_string(Outcome::Kind kind);

/// A granule that an error stopped: deferred where trying again may help, else rejected.
Outcome outcome_of(const Granule& granule, const Error& error);

struct OutcomeCounts {
  std::uint64_t written = 0;
  std::uint64_t replaced = 0;
  std::uint64_t retracted = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t deferred = 0;
  std::uint64_t rejected = 0;

  void add(Outcome::Kind kind);
  OutcomeCounts& operator+=(const OutcomeCounts& more);
  std::uint64_t total() const { return written + replaced + retracted + set_aside + unchanged + deferred + rejected; }
};

/// {"written": n, "replaced": n, "retracted": n, "unchanged": n, "deferred": n, "rejected": n}, and "set_aside" where
/// there are any.
Json to_json(const OutcomeCounts& counts);

}  // namespace vdp
