#include "icechunk/repo/immutable_put.h"

namespace vdp::icechunk {
namespace {

constexpr int max_attempts = 5;
constexpr std::int64_t pause_us = 50'000;

}  // namespace

Status put_immutable(const RepositoryState& repository, const std::string& key, ByteView object) {
  for (int attempt = 1;; ++attempt) {
    const auto put = repository.store().put(key, object);
    if (put) return {};
    const bool retry = put.error().kind == ErrorKind::transient || put.error().kind == ErrorKind::outcome_unknown;
    if (!retry || attempt == max_attempts) {
      Error error = within(repository.store().url() + key, put.error());
      // Nothing refers to the object yet: for the caller it was not written.
      if (error.kind == ErrorKind::outcome_unknown) error.kind = ErrorKind::transient;
      return std::unexpected(std::move(error));
    }
    repository.clock().sleep_us(pause_us * attempt);
  }
}

}  // namespace vdp::icechunk
