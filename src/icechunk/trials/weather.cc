#include "icechunk/trials/weather.h"

#include "icechunk/repo/object_keys.h"

namespace vdp::icechunk {
namespace {

// Longer than an update goes on asking for `repo`.
constexpr int silence_operations = 25;

double draw(std::mt19937_64& chance) { return std::uniform_real_distribution<double>(0, 1)(chance); }

bool is_update(const StoreOperation& operation) {
  return operation.kind == StoreOperation::Kind::put && operation.key == repo_key;
}

}  // namespace

Weather Weather::of_seed(std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  Weather weather;
  for (const Fault fault : all_faults) {
    if (draw(chance) < 0.6) weather.rates_[fault] = 0.005 + 0.03 * draw(chance);
  }
  // By the contract of ObjectStore a conflict means that nothing of ours landed; the S3 store sees to it.
  for (const Fault fault : {Fault::killed_before, Fault::killed_after}) {
    if (weather.rates_.contains(fault)) weather.rates_[fault] /= 7;
  }
  weather.silence = 0.3;
  return weather;
}

Weather Weather::of_lost_answers() {
  Weather weather;
  weather.rates_of_updates_ = {{Fault::lost_answer, 0.2}, {Fault::raced_itself, 0.1}, {Fault::delayed, 0.05}};
  return weather;
}

double Weather::rate(Fault fault, const StoreOperation& operation) const {
  double sum = 0;
  if (const auto found = rates_.find(fault); found != rates_.end()) sum += found->second;
  const auto of_updates = rates_of_updates_.find(fault);
  if (of_updates != rates_of_updates_.end() && is_update(operation)) sum += of_updates->second;
  return sum;
}

std::optional<Fault> Sky::choose(const StoreOperation& operation) {
  if (silent_operations_ > 0) {
    --silent_operations_;
    return Fault::refused;
  }
  for (const Fault fault : all_faults) {
    if (!applies(fault, operation) || draw(chance_) >= weather_.rate(fault, operation)) continue;
    const bool is_lost = fault == Fault::lost_answer || fault == Fault::raced_itself;
    if (is_lost && is_update(operation)) {
      lost_update_ = true;
      if (draw(chance_) < weather_.silence) silent_operations_ = silence_operations;
    }
    return fault;
  }
  return std::nullopt;
}

}  // namespace vdp::icechunk
