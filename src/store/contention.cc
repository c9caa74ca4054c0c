#include "store/contention.h"

#include <algorithm>

#include "store/retry.h"

namespace vdp {
namespace {

constexpr std::int64_t least_attempt_us = 500;
constexpr int most_doublings = 8;

}  // namespace

void Contention::note(std::int64_t attempt_us) {
  shortest_us_ = std::min(shortest_us_, std::max(attempt_us, least_attempt_us));
}

std::int64_t Contention::pause_after_loss_us(std::int64_t attempt_us) {
  note(attempt_us);
  const int doublings = std::min(losses_++, most_doublings);
  return random_pause_us(random_, shortest_us_ / 2 << doublings);
}

void Contention::won(std::int64_t attempt_us) {
  note(attempt_us);
  losses_ = 0;
}

}  // namespace vdp
