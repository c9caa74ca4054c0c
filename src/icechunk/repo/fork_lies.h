// Forks that do not fit the snapshot that they say they were made from; for tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "icechunk/repo/fork_changes.h"

namespace vdp::icechunk {

/// Each lie changes `good`, which fits `base`, so that it is `corrupt`.
inline void expect_lies_are_refused(const Snapshot& base, const ForkContent& good,
                                    const std::vector<std::function<void(ForkContent&)>>& lies) {
  EXPECT_TRUE(changes_on(base, good));
  for (std::size_t i = 0; i < lies.size(); ++i) {
    ForkContent lie = good;
    lies[i](lie);
    const auto changes = changes_on(base, lie);
    ASSERT_FALSE(changes) << "lie " << i;
    EXPECT_EQ(changes.error().kind, ErrorKind::corrupt) << "lie " << i;
  }
}

}  // namespace vdp::icechunk
