#include "dataset/pattern_pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "dataset/text_scanner.h"

namespace vdp::dataset {
namespace {

constexpr int max_integer_width = 18;

constexpr std::array<std::pair<std::string_view, ComputedKind>, 4> computed_names = {{
    {"minute_of_day", ComputedKind::minute_of_day},
    {"hour_of_day", ComputedKind::hour_of_day},
    {"second_of_day", ComputedKind::second_of_day},
    {"day_of_year", ComputedKind::day_of_year},
}};

std::optional<TimePart> directive(char letter) {
  using Kind = TimePart::Kind;
  switch (letter) {
    case 'Y':
      return TimePart{Kind::year, 4, {}};
    case 'y':
      return TimePart{Kind::short_year, 2, {}};
    case 'm':
      return TimePart{Kind::month, 2, {}};
    case 'b':
      return TimePart{Kind::month_name, 0, {}};
    case 'd':
      return TimePart{Kind::day, 2, {}};
    case 'j':
      return TimePart{Kind::day_of_year, 3, {}};
    case 'H':
      return TimePart{Kind::hour, 2, {}};
    case 'M':
      return TimePart{Kind::minute, 2, {}};
    case 'S':
      return TimePart{Kind::second, 2, {}};
    case 'f':
      return TimePart{Kind::fraction, 6, {}};
    default:
      break;
  }
  if (letter >= '1' && letter <= '9') return TimePart{Kind::fraction, letter - '0', {}};
  return std::nullopt;
}

void add_literal(std::vector<TimePart>& parts, char c) {
  if (parts.empty() || parts.back().kind != TimePart::Kind::literal) parts.push_back({});
  parts.back().literal += c;
}

Result<std::vector<TimePart>> parse_time_format(std::string_view format) {
  std::vector<TimePart> parts;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      add_literal(parts, format[i]);
      continue;
    }
    if (++i == format.size()) return invalid("'%' at the end of a time format");
    if (format[i] == '%') {
      add_literal(parts, '%');
      continue;
    }
    const auto part = directive(format[i]);
    if (!part) {
      return invalid(
          fmt::format("there is no directive '%{}'; expected one of %Y %y %m %b %d %j %H %M %S %f, %1 to %9, "
                      "%%",
                      format[i]));
    }
    parts.push_back(*part);
  }
  return parts;
}

// "d" or "04d".
std::optional<int> parse_integer_format(std::string_view format) {
  if (format == "d") return 0;
  if (!format.starts_with('0') || !format.ends_with('d')) return std::nullopt;
  TextScanner scanner(format.substr(1, format.size() - 2));
  int width = 0;
  if (!scanner.take_number(1, 2, width) || width < 1 || width > max_integer_width) return std::nullopt;
  return width;
}

std::vector<std::string> split_choices(std::string_view text) {
  std::vector<std::string> choices(1);
  for (char c : text) {
    if (c == '|') {
      choices.emplace_back();
    } else {
      choices.back() += c;
    }
  }
  return choices;
}

Piece integer_piece(const std::string& name, int width) {
  const auto* known = std::ranges::find(computed_names, name, &std::pair<std::string_view, ComputedKind>::first);
  if (known != computed_names.end()) return ComputedPiece{known->second, name, width};
  return IntegerPiece{name, width};
}

// What stands between the braces of a field.
Result<Piece> parse_field(std::string_view field) {
  TextScanner scanner(field);
  const std::string name(scanner.take_identifier());
  if (name.empty()) return invalid("a field begins with its name, of letters, digits and '_'");
  Duration offset{0};
  if (scanner.rest().starts_with('+') || scanner.rest().starts_with('-')) {
    const bool backward = scanner.take('-');
    if (!backward) scanner.take('+');
    const std::string_view rest = scanner.rest();
    const std::string_view text = rest.substr(0, rest.find(':'));
    VDP_ASSIGN(offset, parse_duration(text));
    if (backward) offset = -offset;
    scanner.take(text);
  }
  if (!scanner.take(':')) {
    return invalid(
        fmt::format("'{}' is no parameter of this dataset, and a field has a format, like {{{}:%Y%m%d}}, "
                    "{{{}:re:[a-z]+}}, {{{}:a|b}} or {{{}:03d}}",
                    name, name, name, name, name));
  }
  if (scanner.take("re:")) return RegexPiece{name, std::string(scanner.rest())};
  const std::string_view format = scanner.rest();
  if (format.find('%') != std::string_view::npos) {
    VDP_ASSIGN(auto parts, parse_time_format(format));
    return TimePiece{name, offset, std::move(parts)};
  }
  if (offset.count() != 0) return invalid("only times can be moved by a duration");
  if (format.find('|') != std::string_view::npos) return ChoicePiece{name, split_choices(format)};
  if (const auto width = parse_integer_format(format)) return integer_piece(name, *width);
  return invalid(
      fmt::format("'{}' is no format: expected a time format with '%', 're:' and an expression, alternatives "
                  "with '|', 'd', or '0Nd' with N from 1 to {}",
                  format, max_integer_width));
}

// The position of the brace that closes the one before `begin`; expressions have braces of their own.
std::size_t closing_brace(std::string_view text, std::size_t begin) {
  int depth = 1;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

void add_literal(std::vector<Piece>& pieces, std::string_view text) {
  if (pieces.empty() || !std::holds_alternative<LiteralPiece>(pieces.back())) pieces.emplace_back(LiteralPiece{});
  std::get<LiteralPiece>(pieces.back()).text += text;
}

}  // namespace

Result<std::vector<Piece>> parse_pieces(std::string_view pattern) {
  std::vector<Piece> pieces;
  std::size_t i = 0;
  while (i < pattern.size()) {
    const char c = pattern[i];
    if (c == '*') {
      const bool across = pattern.substr(i).starts_with("**");
      pieces.emplace_back(WildcardPiece{across});
      i += across ? 2 : 1;
    } else if (c == '{') {
      const std::size_t end = closing_brace(pattern, i + 1);
      if (end == std::string_view::npos) return invalid(fmt::format("'{}' is not closed", pattern.substr(i)));
      const std::string_view field = pattern.substr(i + 1, end - i - 1);
      VDP_ASSIGN_IN(fmt::format("{{{}}}", field), auto piece, parse_field(field));
      pieces.push_back(std::move(piece));
      i = end + 1;
    } else if (c == '}') {
      return invalid(fmt::format("'}}' without '{{' at position {}", i));
    } else {
      add_literal(pieces, pattern.substr(i, 1));
      ++i;
    }
  }
  return pieces;
}

}  // namespace vdp::dataset
