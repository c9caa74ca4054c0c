// The file of a fork, around its payload.
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace vdp::icechunk {

/// Bytes before the payload.
inline constexpr std::size_t fork_header_size = 84;

/// The file that holds this payload, whatever that is: for Fork::encode, and for tests that change a payload, which the
/// hash would hide from the decoder.
Bytes seal_fork_payload(ByteView payload);

}  // namespace vdp::icechunk
