// Crockford base32 as Icechunk writes its ids: upper case, no padding, most significant bit first,
// zero bits added on the right. 12 bytes give 20 characters, 8 bytes give 13.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace vdp {

std::string base32_encode(ByteView bytes);

/// Exactly `size` bytes. Lower case, other lengths and set padding bits are `invalid`.
Result<Bytes> base32_decode(std::string_view text, std::size_t size);

}  // namespace vdp
