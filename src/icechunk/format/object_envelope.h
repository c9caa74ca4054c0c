// From a FlatBuffer to an object and back: file header, then one zstd frame.
#pragma once

#include "icechunk/format/file_header.h"

namespace vdp::icechunk {

struct OpenedObject {
  FileHeader header;
  Bytes payload;  ///< the FlatBuffer, not yet verified
};

Bytes seal_object(ObjectType type, ByteView payload, int compression_level);

/// The payload is bounded by the object's own size as well as absolutely.
Result<OpenedObject> open_object(ByteView object, ObjectType expected);

/// `limit` where open_object would refuse an object for the size of its payload. Only what repeats itself a thousand
/// times is: long inlined chunks of nothing but zeros.
Status check_readable(const Bytes& object, std::uint64_t payload_bytes);

/// Official writers compress at level 3. For manifests level 1 is as small, and faster; for `repo`, which every commit
/// writes whole, it is twice as fast and a few per cent longer.
inline constexpr int metadata_compression_level = 3;
inline constexpr int manifest_compression_level = 1;
inline constexpr int repo_compression_level = 1;

}  // namespace vdp::icechunk
