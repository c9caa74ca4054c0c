// Bugs that are planted on purpose: a judge that does not find them proves nothing.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "store/object_store.h"

namespace vdp::icechunk {

enum class Bug {
  none,
  no_compare_and_swap,         ///< the store drops the conditions of writes
  ref_before_snapshot,         ///< snapshots reach the store after the update that names them
  delete_on_unknown,           ///< what a commit wrote is deleted when its outcome is unknown
  blind_retry,                 ///< a transfer whose outcome is unknown is made again without looking
  lost_answer_is_conflict,     ///< a commit whose answer was lost is taken for a conflict, and made again
  collect_without_age_check,   ///< what no ref leads to is garbage, however young
  reset_without_expected_tip,  ///< a branch is promoted to main whatever main has become
  rebase_ignores_deletes,      ///< changes of an array are rebased over its deletion
};

inline constexpr std::array planted_bugs = {Bug::no_compare_and_swap,        Bug::ref_before_snapshot,
                                            Bug::delete_on_unknown,          Bug::blind_retry,
                                            Bug::lost_answer_is_conflict,    Bug::collect_without_age_check,
                                            Bug::reset_without_expected_tip, Bug::rebase_ignores_deletes};

std::string_view to_string(Bug bug);

/// The process's store with the bug in it, where it is one of the store; else the store as it is.
ObjectStorePtr plant(Bug bug, ObjectStorePtr store);

}  // namespace vdp::icechunk
