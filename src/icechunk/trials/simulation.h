// Simulation: many processes at one repository, on a virtual clock, with faults; one seed is one run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "icechunk/trials/planted_bug.h"

namespace vdp::icechunk {

struct SimulationOptions {
  std::uint64_t seed = 0;
  Bug bug = Bug::none;
  /// Two or three writers without pauses, of whose updates every third answer is lost, and nothing else.
  bool lost_answers_only = false;
};

struct SimulationReport {
  std::vector<std::string> violations;
  std::uint64_t trace_hash = 0;  ///< of all operations of the store: equal for equal runs
  std::uint64_t operations = 0;
  std::uint64_t commits = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t unknown = 0;
  std::uint64_t faults = 0;
  std::uint64_t removals = 0;
  double virtual_hours = 0;

  void add(const SimulationReport& other);
  std::string text() const;
};

SimulationReport simulate(const SimulationOptions& options);

}  // namespace vdp::icechunk
