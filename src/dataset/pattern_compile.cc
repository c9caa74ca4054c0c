#include <fmt/format.h>

#include <set>

#include "dataset/pattern_program.h"
#include "dataset/pattern_time.h"

namespace vdp::dataset {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

RE2::Options expression_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // keys are bytes
  return options;
}

std::string grouped(std::string_view expression) { return fmt::format("({})", expression); }

std::string integer_expression(int width) {
  return width == 0 ? "(0|[1-9][0-9]{0,17})" : fmt::format("([0-9]{{{}}})", width);
}

std::string choice_expression(const ChoicePiece& piece) {
  std::vector<std::string> quoted;
  for (const auto& choice : piece.choices) quoted.push_back(RE2::QuoteMeta(choice));
  return grouped(fmt::format("{}", fmt::join(quoted, "|")));
}

std::string time_expression(const TimePiece& piece) {
  std::string expression;
  for (const auto& part : piece.parts) {
    expression += part.kind == TimePart::Kind::literal ? RE2::QuoteMeta(part.literal) : grouped(expression_of(part));
  }
  return expression;
}

std::string expression_of_piece(const Piece& piece) {
  return std::visit(Overloaded{
                        [](const LiteralPiece& p) { return RE2::QuoteMeta(p.text); },
                        [](const WildcardPiece& p) { return std::string(p.across_folders ? "(?s:.*)" : "[^/]*"); },
                        [](const TimePiece& p) { return time_expression(p); },
                        [](const RegexPiece& p) { return grouped(p.expression); },
                        [](const ChoicePiece& p) { return choice_expression(p); },
                        [](const IntegerPiece& p) { return integer_expression(p.width); },
                        [](const ComputedPiece& p) { return integer_expression(p.width); },
                    },
                    piece);
}

Result<int> group_count(const std::string& expression, const Piece& piece) {
  const RE2 compiled(expression, expression_options());
  if (!compiled.ok()) {
    const auto* field = std::get_if<RegexPiece>(&piece);
    return invalid(fmt::format("{{{}}}: bad expression: {}", field != nullptr ? field->name : "", compiled.error()));
  }
  return compiled.NumberOfCapturingGroups();
}

struct NamedKind {
  std::string name;
  FieldKind kind = FieldKind::text;
};

std::optional<NamedKind> named_kind(const Piece& piece) {
  return std::visit(Overloaded{
                        [](const TimePiece& p) { return std::optional(NamedKind{p.name, FieldKind::time}); },
                        [](const RegexPiece& p) { return std::optional(NamedKind{p.name, FieldKind::text}); },
                        [](const ChoicePiece& p) { return std::optional(NamedKind{p.name, FieldKind::text}); },
                        [](const IntegerPiece& p) { return std::optional(NamedKind{p.name, FieldKind::integer}); },
                        [](const auto&) { return std::optional<NamedKind>(); },
                    },
                    piece);
}

}  // namespace

Status Pattern::Program::collect_fields() {
  const ComputedPiece* computed = nullptr;
  std::vector<std::string> times;
  for (const auto& piece : pieces) {
    if (std::holds_alternative<WildcardPiece>(piece)) has_wildcard = true;
    if (const auto* p = std::get_if<ComputedPiece>(&piece)) computed = p;
    const auto named = named_kind(piece);
    if (!named) continue;
    const auto [known, is_new] = fields.emplace(named->name, named->kind);
    if (known->second != named->kind) {
      return invalid(
          fmt::format("field '{}' is a time in one place and none in another, or a number and a text", named->name));
    }
    if (is_new && named->kind == FieldKind::time) times.push_back(named->name);
  }
  if (computed == nullptr) return {};
  if (times.size() != 1) {
    return invalid(fmt::format("{{{}}} is computed from the pattern's time, of which there must be one; found {}",
                               computed->name, times.size()));
  }
  computed_from = times.front();
  return {};
}

std::vector<TimePart> Pattern::Program::time_parts(std::string_view name) const {
  std::vector<TimePart> parts;
  for (const auto& piece : pieces) {
    const auto* time = std::get_if<TimePiece>(&piece);
    if (time == nullptr || time->name != name || time->offset.count() != 0) continue;
    parts.insert(parts.end(), time->parts.begin(), time->parts.end());
  }
  return parts;
}

Status Pattern::Program::check_times() const {
  for (const auto& [name, kind] : fields) {
    if (kind != FieldKind::time) continue;
    auto checked = TimeParts::check(time_parts(name));
    if (!checked) return std::unexpected(within(fmt::format("field '{}'", name), checked.error()));
  }
  return {};
}

Status Pattern::Program::build_expression() {
  std::string all;
  groups = 1;
  for (const auto& piece : pieces) {
    const std::string part = expression_of_piece(piece);
    VDP_ASSIGN(const int count, group_count(part, piece));
    first_group.push_back(groups);
    groups += count;
    // A group of its own keeps alternatives and flags of user expressions inside.
    all += fmt::format("(?:{})", part);
  }
  expression = std::make_unique<RE2>(all, expression_options());
  if (!expression->ok()) return invalid(fmt::format("the pattern is too large: {}", expression->error()));
  return {};
}

Result<Pattern::Program> Pattern::Program::compile(std::string_view text, Calendar calendar) {
  Program program;
  program.text = text;
  program.calendar = calendar;
  VDP_ASSIGN(program.pieces, parse_pieces(text));
  VDP_TRY(program.collect_fields());
  VDP_TRY(program.check_times());
  VDP_TRY(program.build_expression());
  if (!program.pieces.empty()) {
    if (const auto* literal = std::get_if<LiteralPiece>(&program.pieces.front())) program.static_prefix = literal->text;
    if (const auto* literal = std::get_if<LiteralPiece>(&program.pieces.back())) program.static_suffix = literal->text;
  }
  return program;
}

}  // namespace vdp::dataset
