// Contention: the pauses of a writer that competes with others for one object by compare-and-swap.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace vdp {

/// Each attempt that loses was work for nothing, its own and the store's. So the bound of the pause doubles with each
/// loss, from half of what an attempt takes up to a hundred times of it, and the pause is drawn evenly below it:
/// however many compete, the number of attempts that are under way at a time stays small, and those that have lost
/// often still come to their turn. Who wins does not pause. (64 writers: about 2 attempts a commit; without the
/// doubling, 40.)
///
/// One object serves a writer for all its commits: what an attempt takes is the least it ever took, as among many
/// competitors all of them take long.
class Contention {
 public:
  explicit Contention(Random& random) : random_(random) {}

  /// How long to wait after an attempt that took `attempt_us` and lost.
  std::int64_t pause_after_loss_us(std::int64_t attempt_us);
  /// After an attempt that won.
  void won(std::int64_t attempt_us);
  /// Since the last win.
  int losses() const { return losses_; }

 private:
  void note(std::int64_t attempt_us);

  Random& random_;
  std::int64_t shortest_us_ = 1'000'000;
  int losses_ = 0;
};

}  // namespace vdp
