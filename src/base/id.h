// Fixed-size random ids. Icechunk: 12 bytes for snapshots, manifests and chunks, 8 bytes for nodes.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <string>

#include "base/base32.h"
#include "base/random.h"

namespace vdp {

template <std::size_t N>
struct Id {
  std::array<std::uint8_t, N> bytes{};

  static Id random(Random& source) {
    Id id;
    source.fill(id.bytes);
    return id;
  }
  static Result<Id> parse(std::string_view text) {
    VDP_ASSIGN(Bytes decoded, base32_decode(text, N));
    Id id;
    std::ranges::copy(decoded, id.bytes.begin());
    return id;
  }
  /// Crockford base32, the name of the object in a repository.
  std::string text() const { return base32_encode(bytes); }

  auto operator<=>(const Id&) const = default;
};

}  // namespace vdp
