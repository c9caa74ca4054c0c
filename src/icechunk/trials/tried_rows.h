// What the rows of the table share. Private to the table.
#pragma once

#include <utility>
#include <vector>

#include "icechunk/trials/tried_operation.h"

namespace vdp::icechunk {

template <typename Entry>
std::size_t entry_of() {
  return Update(Entry{}).index();
}

/// Two commits on main.
inline void two_commits(Scene& scene) {
  scene.keep(0, 1);
  scene.keep(1, 2);
}

/// What a row does with a repository that was opened over the faulty store.
template <typename Perform>
auto opened(Perform perform) {
  return [perform](Scene& scene, const ObjectStorePtr& over) -> Status {
    VDP_ASSIGN(Repository repository, Repository::open(over, scene.options()));
    return perform(scene, repository);
  };
}

/// Those of icechunk/upkeep/.
std::vector<TriedOperation> upkeep_rows();

}  // namespace vdp::icechunk
