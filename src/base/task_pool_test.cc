#include "base/task_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace vdp {
namespace {

TEST(TaskPool, RunsEachTaskOnce) {
  std::vector<std::atomic<int>> runs(1000);
  parallel_for(runs.size(), 8, [&](std::size_t i) { ++runs[i]; });
  for (const auto& count : runs) EXPECT_EQ(count, 1);
  parallel_for(0, 8, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace vdp
