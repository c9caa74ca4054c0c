#include "dataset/condition.h"

#include <fmt/format.h>

#include "dataset/text_scanner.h"

namespace vdp::dataset {
namespace {

Result<FieldKind> kind_of(const Pattern& pattern, const std::string& field) {
  const auto found = pattern.fields().find(field);
  if (found != pattern.fields().end()) return found->second;
  std::string known;
  for (const auto& [name, kind] : pattern.fields()) known += (known.empty() ? "" : ", ") + name;
  return invalid(fmt::format("'{}' is no field of the pattern; it has {}", field, known.empty() ? "none" : known));
}

// The text in single quotes at the front; there is no way to write a quote in it.
bool take_quoted(TextScanner& scanner, std::string& text) {
  if (!scanner.take('\'')) return false;
  const auto end = scanner.rest().find('\'');
  if (end == std::string_view::npos) return false;
  text = scanner.rest().substr(0, end);
  scanner.take(scanner.rest().substr(0, end + 1));
  return true;
}

}  // namespace

bool Condition::holds(const PatternFields& fields) const {
  const std::string value = right_is_text ? right : fields.text_of(right);
  return (fields.text_of(left) == value) != negated;
}

Result<Condition> parse_condition(std::string_view text, const Pattern& pattern) {
  const auto refuse = [&] {
    return invalid(
        fmt::format("'{}' is no condition: expected FIELD == FIELD or FIELD == 'text', or != between them", text));
  };
  Condition condition;
  TextScanner scanner(text);
  scanner.take_spaces();
  condition.left = scanner.take_identifier();
  scanner.take_spaces();
  condition.negated = scanner.take("!=");
  if (condition.left.empty() || (!condition.negated && !scanner.take("=="))) return refuse();
  scanner.take_spaces();
  condition.right_is_text = take_quoted(scanner, condition.right);
  if (!condition.right_is_text) condition.right = scanner.take_identifier();
  if (condition.right.empty() && !condition.right_is_text) return refuse();
  scanner.take_spaces();
  if (!scanner.done()) return refuse();
  VDP_ASSIGN(const FieldKind left_kind, kind_of(pattern, condition.left));
  if (condition.right_is_text) return condition;
  VDP_ASSIGN(const FieldKind right_kind, kind_of(pattern, condition.right));
  if (left_kind != right_kind) {
    return invalid(fmt::format("'{}' compares fields of two kinds, a time or number with something else", text));
  }
  return condition;
}

}  // namespace vdp::dataset
