#include "icechunk/repo/object_stage.h"

#include <algorithm>

namespace vdp::icechunk {
namespace {

constexpr std::uint64_t max_waiting_bytes = 32ULL << 20;
constexpr int max_attempts = 5;
constexpr std::int64_t pause_us = 50'000;

}  // namespace

Status ObjectStage::add(std::string key, Bytes object) {
  if (waiting_bytes_ + object.size() > max_waiting_bytes) VDP_TRY(put_all());
  waiting_bytes_ += object.size();
  waiting_.push_back({std::move(key), std::move(object)});
  return {};
}

const Bytes* ObjectStage::find(std::string_view key) const {
  const auto found = std::ranges::find(waiting_, key, &NewObject::key);
  return found == waiting_.end() ? nullptr : &found->bytes;
}

Status ObjectStage::put_all() {
  for (int attempt = 1;; ++attempt) {
    const Status put = repository_.store().put_all(waiting_);
    if (put) {
      waiting_.clear();
      waiting_bytes_ = 0;
      return {};
    }
    const bool retry = put.error().kind == ErrorKind::transient || put.error().kind == ErrorKind::outcome_unknown;
    if (!retry || attempt == max_attempts) {
      Error error = within(repository_.store().url(), put.error());
      if (retry) error.kind = ErrorKind::transient;
      return std::unexpected(std::move(error));
    }
    repository_.clock().sleep_us(pause_us * attempt);
  }
}

}  // namespace vdp::icechunk
