#include <fmt/format.h>

#include <charconv>

#include "dataset/pattern_program.h"
#include "dataset/pattern_time.h"

namespace vdp::dataset {
namespace {

using Groups = std::vector<re2::StringPiece>;

std::string_view text_of_group(const Groups& groups, int number) {
  const auto& group = groups[static_cast<std::size_t>(number)];
  return {group.data(), group.size()};
}

// Gathers the fields of one matched key, and stops at the first contradiction.
class Gathering {
 public:
  Gathering(const Groups& groups, Calendar calendar) : groups_(groups), calendar_(calendar) {}

  bool ok() const { return contradiction_.empty(); }
  std::string take_contradiction() { return std::move(contradiction_); }
  PatternFields take_fields() { return std::move(fields_); }

  void read(const Piece& piece, int group) {
    if (const auto* time = std::get_if<TimePiece>(&piece); time != nullptr && time->offset.count() == 0) {
      read_time(*time, group);
    } else if (const auto* regex = std::get_if<RegexPiece>(&piece)) {
      set(fields_.texts, regex->name, std::string(text_of_group(groups_, group)));
    } else if (const auto* choice = std::get_if<ChoicePiece>(&piece)) {
      set(fields_.texts, choice->name, std::string(text_of_group(groups_, group)));
    } else if (const auto* integer = std::get_if<IntegerPiece>(&piece)) {
      set(fields_.integers, integer->name, integer_of_group(group));
    }
  }

  void resolve_times() {
    for (const auto& [name, parts] : time_parts_) {
      if (!ok()) return;
      auto time = parts.resolve(calendar_);
      if (!time) {
        contradict(name, time.error().text());
      } else {
        fields_.times.emplace(name, *time);
      }
    }
  }

  // Moved times and computed numbers must say what follows from the times.
  void check(const Piece& piece, int group, const std::string& computed_from) {
    if (const auto* time = std::get_if<TimePiece>(&piece); time != nullptr && time->offset.count() != 0) {
      check_moved(*time, group);
    } else if (const auto* computed = std::get_if<ComputedPiece>(&piece)) {
      const std::int64_t expected = compute(computed->kind, fields_.times.at(computed_from), calendar_);
      const std::int64_t found = integer_of_group(group);
      if (found != expected) contradict(computed->name, fmt::format("found {}, expected {}", found, expected));
    }
  }

 private:
  void contradict(std::string_view field, std::string_view what) {
    contradiction_ = fmt::format("field '{}': {}", field, what);
  }

  template <typename Value>
  void set(std::map<std::string, Value>& values, const std::string& name, const Value& value) {
    const auto [known, is_new] = values.emplace(name, value);
    if (!is_new && known->second != value) {
      contradict(name, fmt::format("'{}' in one place, '{}' in another", known->second, value));
    }
  }

  void read_time(const TimePiece& piece, int group) {
    TimeParts& parts = time_parts_[piece.name];
    for (const auto& part : piece.parts) {
      if (part.kind == TimePart::Kind::literal) continue;
      const std::string_view text = text_of_group(groups_, group++);
      if (!parts.set(part, text)) {
        contradict(piece.name, fmt::format("'{}' in one place, {} in another", text, parts.value(part)));
        return;
      }
    }
  }

  void check_moved(const TimePiece& piece, int group) {
    const auto time = moved(fields_.times.at(piece.name), piece.offset, calendar_);
    if (!time) return contradict(piece.name, time.error().text());
    for (const auto& part : piece.parts) {
      if (part.kind == TimePart::Kind::literal) continue;
      const std::string_view found = text_of_group(groups_, group++);
      const auto expected = format_part(part, *time, calendar_);
      if (!expected) return contradict(piece.name, expected.error().text());
      if (found == *expected) continue;
      return contradict(piece.name,
                        fmt::format("moved by {} it is {}, so that '{}' must be '{}'", format_duration(piece.offset),
                                    format_date_time(*time), found, *expected));
    }
  }

  // The expression allows 18 digits, which fit.
  std::int64_t integer_of_group(int group) const {
    const std::string_view text = text_of_group(groups_, group);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  const Groups& groups_;
  Calendar calendar_;
  PatternFields fields_;
  std::map<std::string, TimeParts> time_parts_;
  std::string contradiction_;
};

}  // namespace

std::int64_t compute(ComputedKind kind, const DateTime& time, Calendar calendar) {
  switch (kind) {
    case ComputedKind::minute_of_day:
      return time.hour * 60 + time.minute;
    case ComputedKind::hour_of_day:
      return time.hour;
    case ComputedKind::second_of_day:
      return (time.hour * 60 + time.minute) * 60 + time.second;
    case ComputedKind::day_of_year:
      return day_of_year(calendar, time.date);
  }
  return 0;
}

PatternMatch Pattern::Program::match(std::string_view key) const {
  PatternMatch result;
  Groups found(static_cast<std::size_t>(groups));
  const re2::StringPiece whole(key.data(), key.size());
  if (!expression->Match(whole, 0, key.size(), RE2::ANCHOR_BOTH, found.data(), groups)) {
    result.reason = fmt::format("'{}' has not the form '{}'", key, text);
    return result;
  }
  Gathering gathering(found, calendar);
  for (std::size_t i = 0; i < pieces.size() && gathering.ok(); ++i) gathering.read(pieces[i], first_group[i]);
  if (gathering.ok()) gathering.resolve_times();
  for (std::size_t i = 0; i < pieces.size() && gathering.ok(); ++i) {
    gathering.check(pieces[i], first_group[i], computed_from);
  }
  if (!gathering.ok()) {
    result.kind = PatternMatch::Kind::inconsistent;
    result.reason = gathering.take_contradiction();
    return result;
  }
  result.kind = PatternMatch::Kind::matched;
  result.fields = gathering.take_fields();
  return result;
}

}  // namespace vdp::dataset
