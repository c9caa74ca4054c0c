// A granule as the body of a message: one JSON object.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dataset/granule.h"

namespace vdp {

/// {"uri": ..., "key": ..., "size": ..., "etag": ..., "last_modified": "2026-01-01T00:00:00Z"}; what is not known is
/// left out.
std::string encode_granule(const Granule& granule);
/// `invalid` for anything else, naming the field.
Result<Granule> decode_granule(std::string_view body);

}  // namespace vdp
