#include <fmt/format.h>

#include <algorithm>

#include "dataset/pattern_program.h"
#include "dataset/pattern_time.h"

namespace vdp::dataset {
namespace {

Failure missing(std::string_view field) { return invalid(fmt::format("there is no value for field '{}'", field)); }

template <typename Value>
Result<Value> value_of(const std::map<std::string, Value>& values, const std::string& field) {
  const auto found = values.find(field);
  if (found == values.end()) return missing(field);
  return found->second;
}

Result<std::string> padded(std::string_view field, std::int64_t value, int width) {
  std::string text = fmt::format("{:0{}}", value, width);
  if (value < 0 || (width != 0 && text.size() > static_cast<std::size_t>(width))) {
    return invalid(fmt::format("field '{}': {} cannot be written with {} digits", field, value, width));
  }
  return text;
}

// One overload a kind of piece.
class Writer {
 public:
  Writer(const PatternFields& fields, Calendar calendar, const std::string& computed_from)
      : fields_(fields), calendar_(calendar), computed_from_(computed_from) {}

  Result<std::string> operator()(const LiteralPiece& piece) const { return piece.text; }
  Result<std::string> operator()(const WildcardPiece&) const { return missing("*"); }
  Result<std::string> operator()(const RegexPiece& piece) const { return value_of(fields_.texts, piece.name); }
  Result<std::string> operator()(const ChoicePiece& piece) const {
    VDP_ASSIGN(std::string text, value_of(fields_.texts, piece.name));
    if (std::ranges::find(piece.choices, text) != piece.choices.end()) return text;
    return invalid(fmt::format("field '{}': found '{}', expected one of '{}'", piece.name, text,
                               fmt::join(piece.choices, "', '")));
  }
  Result<std::string> operator()(const IntegerPiece& piece) const {
    VDP_ASSIGN(const std::int64_t value, value_of(fields_.integers, piece.name));
    return padded(piece.name, value, piece.width);
  }
  Result<std::string> operator()(const ComputedPiece& piece) const {
    VDP_ASSIGN(const DateTime time, value_of(fields_.times, computed_from_));
    return padded(piece.name, compute(piece.kind, time, calendar_), piece.width);
  }
  Result<std::string> operator()(const TimePiece& piece) const {
    const std::string place = fmt::format("field '{}'", piece.name);
    VDP_ASSIGN(DateTime time, value_of(fields_.times, piece.name));
    VDP_ASSIGN_IN(place, time, moved(time, piece.offset, calendar_));
    std::string text;
    for (const auto& part : piece.parts) {
      VDP_ASSIGN_IN(place, const std::string written, format_part(part, time, calendar_));
      text += written;
    }
    return text;
  }

 private:
  const PatternFields& fields_;
  Calendar calendar_;
  const std::string& computed_from_;
};

// The name of a piece that the fields do not tell; empty where they do.
class OpenField {
 public:
  OpenField(const PatternFields& fields, const std::string& computed_from)
      : fields_(fields), computed_from_(computed_from) {}

  std::string operator()(const LiteralPiece&) const { return {}; }
  std::string operator()(const WildcardPiece& piece) const { return piece.across_folders ? "**" : "*"; }
  std::string operator()(const RegexPiece& piece) const { return unless(fields_.texts.contains(piece.name), piece); }
  std::string operator()(const ChoicePiece& piece) const { return unless(fields_.texts.contains(piece.name), piece); }
  std::string operator()(const IntegerPiece& piece) const {
    return unless(fields_.integers.contains(piece.name), piece);
  }
  std::string operator()(const ComputedPiece& piece) const {
    return unless(fields_.times.contains(computed_from_), piece);
  }
  std::string operator()(const TimePiece& piece) const { return unless(fields_.times.contains(piece.name), piece); }

 private:
  template <typename Named>
  static std::string unless(bool is_told, const Named& piece) {
    return is_told ? std::string() : piece.name;
  }

  const PatternFields& fields_;
  const std::string& computed_from_;
};

}  // namespace

Result<KeyOutline> Pattern::Program::write_outline(const PatternFields& fields_to_write) const {
  const Writer writer(fields_to_write, calendar, computed_from);
  const OpenField open_field(fields_to_write, computed_from);
  KeyOutline outline;
  for (const auto& piece : pieces) {
    const std::string open = std::visit(open_field, piece);
    if (open.empty()) {
      VDP_ASSIGN(const std::string part, std::visit(writer, piece));
      outline.key += part;
      continue;
    }
    outline.key += std::holds_alternative<WildcardPiece>(piece) ? open : fmt::format("{{{}}}", open);
    if (std::ranges::find(outline.open_fields, open) == outline.open_fields.end()) outline.open_fields.push_back(open);
  }
  return outline;
}

Result<std::string> Pattern::Program::write(const PatternFields& fields_to_write) const {
  const Writer writer(fields_to_write, calendar, computed_from);
  std::string key;
  for (const auto& piece : pieces) {
    VDP_ASSIGN(const std::string part, std::visit(writer, piece));
    key += part;
  }
  return key;
}

}  // namespace vdp::dataset
