// The parts of a filename pattern, as its text has them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "dataset/instant.h"

namespace vdp::dataset {

/// A piece of a time's format: a directive, or the text between directives (kind `literal`).
struct TimePart {
  enum class Kind { literal, year, short_year, month, month_name, day, day_of_year, hour, minute, second, fraction };
  Kind kind = Kind::literal;
  int digits = 0;       ///< of the number as it is written
  std::string literal;  ///< of a literal
};

struct LiteralPiece {
  std::string text;
};
struct WildcardPiece {
  bool across_folders = false;
};
struct TimePiece {
  std::string name;
  Duration offset{0};
  std::vector<TimePart> parts;
};
struct RegexPiece {
  std::string name;
  std::string expression;
};
struct ChoicePiece {
  std::string name;
  std::vector<std::string> choices;
};
/// width 0: as many digits as it has, no leading zeros.
struct IntegerPiece {
  std::string name;
  int width = 0;
};
enum class ComputedKind { minute_of_day, hour_of_day, second_of_day, day_of_year };
struct ComputedPiece {
  ComputedKind kind = ComputedKind::minute_of_day;
  std::string name;
  int width = 0;
};

using Piece =
    std::variant<LiteralPiece, WildcardPiece, TimePiece, RegexPiece, ChoicePiece, IntegerPiece, ComputedPiece>;

/// Splits the text of a pattern. `invalid` names the field and what is wrong with it.
Result<std::vector<Piece>> parse_pieces(std::string_view pattern);

}  // namespace vdp::dataset
