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
/// `invalid` for anything else, naming the field, and for a URI in which secrets stand (user-info, a query). Nothing of
/// the body is told: whoever can send messages may have put anything there.
Result<Granule> decode_granule(std::string_view body);

}  // namespace vdp
