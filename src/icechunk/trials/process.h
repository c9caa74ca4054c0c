// World and Process: what the actors of a simulation share, and what each has of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>

#include "icechunk/repo/repository.h"
#include "icechunk/trials/judge.h"
#include "icechunk/trials/planted_bug.h"
#include "icechunk/trials/simulated_store.h"
#include "icechunk/trials/virtual_time.h"
#include "icechunk/trials/weather.h"
#include "store/fault_store.h"

namespace vdp::icechunk {

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t minute_us = 60 * second_us;

/// All randomness comes from the seed, and one actor runs at a time: nothing here is locked.
struct World {
  World(std::uint64_t seed, Weather weather, Bug bug, std::uint64_t writers);

  /// Drawn evenly from 0 to `bound` - 1.
  std::uint64_t draw(std::uint64_t bound) { return chance() % bound; }
  bool happens(double probability) { return std::uniform_real_distribution<double>(0, 1)(chance) < probability; }
  void pause(std::int64_t longest_us) { time.sleep_us(static_cast<std::int64_t>(draw(longest_us))); }
  RepositoryOptions options();

  std::mt19937_64 chance;
  SeededRandom ids;
  VirtualTime time;
  Weather weather;
  Bug bug;
  ObjectStorePtr objects;
  Bank bank;
  Judge judge;
  SimulatedPlace place;
  std::uint64_t working = 0;  ///< writers that have not finished: upkeep ends with them
  std::uint64_t conflicts = 0;
  std::uint64_t unknown = 0;
  std::uint64_t faults = 0;
};

/// A process with one repository: it can be killed, and is started again.
class Process {
 public:
  Process(World& world, std::uint64_t number);
  ~Process();

  /// Opened when it is first asked for; tried until it works.
  Repository& repository();
  /// Whether the process was killed: what it was told since then nobody heard.
  bool was_killed() const { return was_killed_; }
  /// What is still on its way arrives at last, and where it was killed the process starts anew. After that, what did
  /// not happen will not.
  void recover();
  bool take_lost_update() { return sky_->take_lost_update(); }
  std::uint64_t faults() const { return faults_->faults(); }

 private:
  void start();

  World& world_;
  const std::uint64_t number_;
  std::unique_ptr<Sky> sky_;
  std::shared_ptr<FaultStore> faults_;
  ObjectStorePtr store_;
  std::optional<Repository> repository_;
  bool was_killed_ = false;
};

}  // namespace vdp::icechunk
