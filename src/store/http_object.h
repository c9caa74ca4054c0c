// What an answer over HTTP tells of the object behind it.
#pragma once

#include <cstdint>
#include <optional>

#include "net/http_message.h"
#include "store/object_store.h"

namespace vdp {

/// The size of the whole object, from a HEAD, a whole body or a part of it; nothing where the server does not tell.
std::optional<std::uint64_t> object_size(const HttpResponse& response);

/// Whether a Range header can ask for it: HTTP has no empty ranges, and no file has more than 2^64 bytes.
bool is_askable(const ByteRange& range);

}  // namespace vdp
