#include "dataset/pattern.h"

#include <fmt/format.h>

#include "dataset/pattern_program.h"
#include "dataset/pattern_time.h"

namespace vdp::dataset {

std::string PatternFields::text_of(std::string_view field) const {
  const std::string name(field);
  if (const auto time = times.find(name); time != times.end()) return format_date_time(time->second);
  if (const auto integer = integers.find(name); integer != integers.end()) return fmt::format("{}", integer->second);
  if (const auto text = texts.find(name); text != texts.end()) return text->second;
  return {};
}

Pattern::Pattern() {
  static const std::shared_ptr<const Program> any = compile("*").value().program_;
  program_ = any;
}

Result<Pattern> Pattern::compile(std::string_view text, Calendar calendar) {
  VDP_ASSIGN_IN(fmt::format("pattern '{}'", text), Program program, Program::compile(text, calendar));
  return Pattern(std::make_shared<const Program>(std::move(program)));
}

PatternMatch Pattern::match(std::string_view key) const { return program_->match(key); }

Result<std::string> Pattern::generate(const PatternFields& fields) const {
  if (!can_generate()) {
    return invalid(fmt::format("pattern '{}': '*' stands for anything, so that no key can be made", text()));
  }
  const std::string place = fmt::format("pattern '{}'", text());
  VDP_ASSIGN_IN(place, std::string key, program_->write(fields));
  const PatternMatch back = match(key);
  if (back.kind != PatternMatch::Kind::matched) {
    return invalid(fmt::format("{}: '{}' does not read back: {}", place, key, back.reason));
  }
  if (back.fields != fields) {
    return invalid(fmt::format("{}: '{}' does not hold all that was to be written", place, key));
  }
  return key;
}

Result<KeyOutline> Pattern::outline(const PatternFields& fields) const {
  VDP_ASSIGN_IN(fmt::format("pattern '{}'", text()), KeyOutline outline, program_->write_outline(fields));
  const PatternMatch back = match(outline.key);
  if (outline.open_fields.empty() && back.kind != PatternMatch::Kind::matched) {
    return invalid(fmt::format("pattern '{}': '{}' does not read back: {}", text(), outline.key, back.reason));
  }
  return outline;
}

Result<TimeSpan> Pattern::span(std::string_view name, const PatternFields& fields) const {
  const auto time = fields.times.find(std::string(name));
  const std::vector<TimePart> parts = program_->time_parts(name);
  if (time == fields.times.end() || parts.empty()) {
    return not_found(fmt::format("pattern '{}' has no time '{}'", text(), name));
  }
  return span_of(parts, time->second, calendar());
}

bool Pattern::can_generate() const { return !program_->has_wildcard; }
const std::string& Pattern::static_prefix() const { return program_->static_prefix; }
const std::string& Pattern::static_suffix() const { return program_->static_suffix; }
const std::map<std::string, FieldKind>& Pattern::fields() const { return program_->fields; }
bool Pattern::has_time(std::string_view name) const {
  const auto field = program_->fields.find(std::string(name));
  return field != program_->fields.end() && field->second == FieldKind::time;
}
Calendar Pattern::calendar() const { return program_->calendar; }
const std::string& Pattern::text() const { return program_->text; }

}  // namespace vdp::dataset
