#include "store/contention.h"

#include <algorithm>

#include "store/retry.h"

namespace vdp {
namespace {

constexpr std::int64_t least_attempt_us = 500;
constexpr std::int64_t longest_attempt_us = 1'000'000;
constexpr int most_doublings = 8;

}  // namespace

std::int64_t Contention::pause_after_loss_us(std::int64_t attempt_us) {
  const std::int64_t half_us = std::clamp(attempt_us, least_attempt_us, longest_attempt_us) / 2;
  const int doublings = std::min(losses_++, most_doublings);
  return random_pause_us(random_, half_us << doublings);
}

}  // namespace vdp
