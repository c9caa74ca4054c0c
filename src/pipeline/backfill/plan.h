// Plan: what a run is to do, as the stage `partition` writes it once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json_fwd.h"
#include "pipeline/backfill/item.h"

namespace vdp::backfill {

/// A file that is left out, and why.
struct Rejection {
  std::string uri;
  std::string reason;
};
Json to_json(const Rejection& rejection);

/// What of the plan's files one commit covers: they follow one another along the axis.
struct Partition {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_slot = 0;  ///< of its first and of its last file
  std::uint64_t last_slot = 0;
};

struct Plan {
  std::string run;
  std::string id;       ///< digest of all else and of the items; part of the artifacts' names
  std::string dataset;  ///< for people
  /// Snapshot of the dataset's branch that the plan was made from, and that the run's branch begins at. Empty where
  /// there was no repository: then it begins at the repository's first snapshot.
  std::string base;
  std::string inventory;        ///< digest of the files that the inventory named; `list:` and `enumerate:` themselves
  std::uint64_t named = 0;      ///< files that the inventory named
  std::uint64_t unchanged = 0;  ///< of these the store had so many
  std::uint64_t tolerate = 0;
  std::uint64_t slots = 0;  ///< length of the axis when all is done
  std::vector<Partition> partitions;
  std::vector<Rejection> rejected;  ///< files that have no slot

  std::uint64_t files() const;
  std::uint64_t bytes() const;
};

/// `invalid` unless it can be part of a branch's and of an object's name: 1 to 64 letters, digits, '-', '_', '.', the
/// first a letter or digit.
Status check_run_name(std::string_view run);
/// "backfill-NAME".
std::string branch_of_run(std::string_view run);

Json to_json(const Plan& plan);
Result<Plan> parse_plan(const Json& document);

/// The plan's id: 16 hexadecimal digits over the plan without it, and the items of each partition.
std::string digest_of(const Plan& plan, const std::vector<std::vector<Item>>& items);

}  // namespace vdp::backfill
