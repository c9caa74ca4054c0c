// The configuration of a repository of format version 1: the object config.yaml.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/json_fwd.h"

namespace vdp::icechunk {

/// The same document as FlexBuffers of version 2 hold: a YAML tag, "!s3 {...}", becomes a map of one key, {"s3":
/// {...}}. Plain scalars are null, true, false, integers and floats as YAML 1.2 writes them, and text otherwise.
/// `limit` for more than a megabyte or for deep nesting; `corrupt` for what is not one YAML document, for a key that
/// stands twice, and for anchors, which configurations have no use for and which can make a short text a large one.
Result<Json> decode_config_yaml(ByteView object);

}  // namespace vdp::icechunk
