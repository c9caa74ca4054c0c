// What a decoder answers: a structure, an error, or "bytes are missing".
#pragma once

#include <expected>
#include <optional>
#include <utility>

#include "base/error.h"

namespace vdp {

/// Bytes that the file has but that were not read yet. Which ones is recorded by what was asked for them.
struct Missing {};

/// Why a decoder has no structure to give. Missing is not an error: the decoder is run again once the bytes are there.
class DecodeFailure {
 public:
  DecodeFailure(Missing) {}                                 // NOLINT(google-explicit-constructor)
  DecodeFailure(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool is_missing() const { return !error_.has_value(); }
  /// Only where it is not missing.
  const Error& error() const { return *error_; }
  Error&& take_error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

template <typename T>
using Decoded = std::expected<T, DecodeFailure>;

using Pending = std::unexpected<DecodeFailure>;
inline Pending missing() { return Pending(Missing{}); }

}  // namespace vdp
