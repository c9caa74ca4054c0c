// Weather: which faults befall the operations of a simulation's processes, and how often.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "store/fault.h"

namespace vdp::icechunk {

class Weather {
 public:
  /// Some of the kinds, each for 0.5 to 3.5 percent of the operations; a process is killed at up to 0.5 percent.
  static Weather of_seed(std::uint64_t seed);
  /// A third of the answers to updates of `repo` is lost, one way or the other, and nothing else goes wrong.
  static Weather of_lost_answers();

  double rate(Fault fault, const StoreOperation& operation) const;
  /// How probable it is that after a lost answer the store says nothing more for a while.
  double silence = 0;

 private:
  std::map<Fault, double> rates_;
  std::map<Fault, double> rates_of_updates_;  ///< of `repo`, in addition
};

/// The weather over one process.
class Sky {
 public:
  Sky(const Weather& weather, std::mt19937_64& chance) : weather_(weather), chance_(chance) {}

  std::optional<Fault> choose(const StoreOperation& operation);
  /// Whether the answer to an update of `repo` was lost since the last call.
  bool take_lost_update() { return std::exchange(lost_update_, false); }

 private:
  const Weather& weather_;
  std::mt19937_64& chance_;
  int silent_operations_ = 0;
  bool lost_update_ = false;
};

}  // namespace vdp::icechunk
