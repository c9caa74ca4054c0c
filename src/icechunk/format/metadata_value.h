// Values of snapshot and repository metadata, and the configuration: JSON carried as FlexBuffers (format version 2) or
// MessagePack (snapshots of version 1).
#pragma once

#include "base/bytes.h"
#include "base/json.h"

namespace vdp::icechunk {

/// Maps have sorted keys.
Bytes encode_flexbuffer(const Json& value);
/// Bounded in depth and in the number of values; what is not a FlexBuffer of JSON-like values is `corrupt`.
Result<Json> decode_flexbuffer(ByteView bytes);

Result<Json> decode_message_pack(ByteView bytes);

}  // namespace vdp::icechunk
