// Random bytes for ids, as a dependency so that tests can repeat a run.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace vdp {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The kernel's generator (getrandom). Safe from all threads.
Random& system_random();

/// A repeatable sequence. Not safe between threads.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace vdp
