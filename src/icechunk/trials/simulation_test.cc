// Many seeds of the simulation. VDP_SEED=N runs that one alone, and tells what was found; VDP_TEST_LONG=1 runs many
// more.
#include "icechunk/trials/simulation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace vdp::icechunk {
namespace {

// Sanitizers make a run several times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t slowdown = 8;
#else
constexpr std::uint64_t slowdown = 1;
#endif

bool is_long() { return std::getenv("VDP_TEST_LONG") != nullptr; }

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 0;

  static Seeds of(std::uint64_t gate, std::uint64_t campaign) {
    if (const char* seed = std::getenv("VDP_SEED")) return {std::strtoull(seed, nullptr, 10), 1};
    return {1, is_long() ? campaign : gate / slowdown};
  }
};

/// Adds up the reports of all seeds; the first that finds anything ends it.
SimulationReport run_seeds(const Seeds& seeds, SimulationOptions options) {
  SimulationReport sum;
  for (std::uint64_t i = 0; i < seeds.count; ++i) {
    options.seed = seeds.first + i;
    const SimulationReport report = simulate(options);
    sum.add(report);
    for (const std::string& violation : report.violations)
      ADD_FAILURE() << "seed " << options.seed << ": " << violation;
    if (!report.violations.empty()) break;
  }
  fmt::print("seeds {} to {}: {}\n", seeds.first, options.seed, sum.text());
  return sum;
}

TEST(Simulation, HoldsItsPromisesUnderFaults) {
  const Seeds seeds = Seeds::of(200, 20'000);
  const SimulationReport sum = run_seeds(seeds, {});
  // A run in which little happens proves little.
  EXPECT_GE(sum.commits, 8 * seeds.count);
  if (seeds.count < 20) return;
  EXPECT_GT(sum.faults, 10 * seeds.count);
  EXPECT_GT(sum.conflicts, seeds.count);
  EXPECT_GT(sum.unknown, seeds.count / 20);
  EXPECT_GT(sum.removals, 5 * seeds.count);
}

TEST(Simulation, ALostAnswerIsNeitherAConflictNorADouble) {
  const Seeds seeds = Seeds::of(500, 10'000);
  SimulationOptions options;
  options.lost_answers_only = true;
  const SimulationReport sum = run_seeds(seeds, options);
  EXPECT_GE(sum.commits, 8 * seeds.count);
  EXPECT_GE(sum.faults, 2 * seeds.count);
}

TEST(Simulation, TheSameSeedIsTheSameRun) {
  const Seeds seeds = Seeds::of(64, 1000);
  for (std::uint64_t i = 0; i < seeds.count; ++i) {
    SimulationOptions options;
    options.seed = seeds.first + i;
    const SimulationReport one = simulate(options);
    const SimulationReport two = simulate(options);
    ASSERT_EQ(one.trace_hash, two.trace_hash) << "seed " << options.seed;
    ASSERT_EQ(one.operations, two.operations) << "seed " << options.seed;
  }
  fmt::print("{} seeds, each twice\n", seeds.count);
}

class PlantedBug : public ::testing::TestWithParam<Bug> {};

TEST_P(PlantedBug, IsFound) {
  SimulationOptions options;
  options.bug = GetParam();
  for (options.seed = 1; options.seed <= 200; ++options.seed) {
    const SimulationReport report = simulate(options);
    if (report.violations.empty()) continue;
    fmt::print("{}: found by seed {}: {}\n", to_string(GetParam()), options.seed, report.violations.front());
    return;
  }
  ADD_FAILURE() << to_string(GetParam()) << " was not found by 200 seeds";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedBug, ::testing::ValuesIn(planted_bugs), [](const auto& test) {
  std::string name;
  for (const char letter : to_string(test.param)) name += std::isalnum(letter) != 0 ? letter : '_';
  return name;
});

}  // namespace
}  // namespace vdp::icechunk
