// The known word nearest to a mistyped one, for "unknown key X: did you mean Y?".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vdp {

/// By edit distance; nothing where even the nearest differs in more than half of its letters.
std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace vdp
