// Values of snapshot and repository metadata, and the configuration: JSON carried as FlexBuffers (format version 2) or
// MessagePack (snapshots of version 1).
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"

namespace vdp::icechunk {

/// Maps get sorted keys. Numbers keep being signed, unsigned or floating.
Bytes encode_flexbuffer(const Json& value);
/// Bounded in depth, in the number of values and in the text they hold; what is not a FlexBuffer of JSON-like values
/// is `corrupt`.
Result<Json> decode_flexbuffer(ByteView bytes);

/// Bounded in depth.
Result<Json> decode_message_pack(ByteView bytes);

/// A value as it is stored, so that rewriting keeps its bytes.
struct StoredMetadataItem {
  std::string name;
  Bytes value;  ///< FlexBuffers in `repo` and in snapshots of version 2, MessagePack in snapshots of version 1
};

/// One item per key of an object, sorted by name.
std::vector<StoredMetadataItem> encode_metadata(const Json& object);
Result<Json> decode_metadata(const std::vector<StoredMetadataItem>& items, std::uint8_t spec_version);

}  // namespace vdp::icechunk
