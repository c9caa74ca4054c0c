#include <fmt/format.h>

#include <algorithm>

#include "dataset/locations.h"
#include "dataset/readers.h"
#include "dataset/section.h"

namespace vdp::dataset {
namespace {

std::string names_of_fields(const Pattern& pattern) {
  std::string names;
  for (const auto& [name, kind] : pattern.fields()) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "the pattern has none" : "the pattern has " + names;
}

bool has_field(const Pattern& pattern, const std::string& field) { return pattern.fields().contains(field); }

// Conditions have an equals sign; keys that have one can be named with '*' in its place.
void read_exclude(Section& section, SourceSpec& source) {
  const auto excluded = section.texts("exclude").value_or(std::vector<std::string>());
  for (const std::string& text : excluded) {
    if (text.find("==") != std::string::npos || text.find("!=") != std::string::npos) {
      auto condition = parse_condition(text, source.pattern);
      if (condition) {
        source.exclude_conditions.push_back(*condition);
      } else {
        section.invalid("exclude", condition.error().text());
      }
      continue;
    }
    auto keys = Pattern::compile(text, source.pattern.calendar());
    if (keys) {
      source.exclude_keys.push_back(*keys);
    } else {
      section.invalid("exclude", keys.error().text());
    }
  }
}

void read_identity_fields(Section& section, SourceSpec& source) {
  for (const auto& [name, kind] : source.pattern.fields()) source.identity.push_back(name);
  const auto fields = section.texts("identity");
  if (!fields) return;
  source.identity = *fields;
  if (fields->empty()) section.invalid("identity", "found an empty list, expected fields of the pattern");
  for (const std::string& field : *fields) {
    if (has_field(source.pattern, field)) continue;
    section.invalid("identity", fmt::format("'{}' is no field; {}", field, names_of_fields(source.pattern)));
  }
}

void read_prefer(Section& section, SourceSpec& source) {
  for (const std::string& text : section.texts("prefer").value_or(std::vector<std::string>())) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
      section.invalid("prefer", fmt::format("'{}' is no preference: expected FIELD=VALUE", text));
      continue;
    }
    Preference preference{text.substr(0, equals), text.substr(equals + 1)};
    if (!has_field(source.pattern, preference.field)) {
      section.invalid("prefer", fmt::format("'{}' is no field; {}", preference.field, names_of_fields(source.pattern)));
    }
    source.prefer.push_back(std::move(preference));
  }
}

}  // namespace

void read_source(const toml::table& document, DatasetFile& file, Findings& findings) {
  Section section = Section::of(document, "source", findings);
  SourceSpec& source = file.source;
  if (const auto prefix = section.text("prefix")) {
    section.take("prefix", absolute_url(*prefix, file.folder), source.prefix);
  } else if (!section.has("prefix")) {
    section.invalid("prefix", "it is required");
  }
  read_source_access(document, file, findings);
  const Calendar calendar =
      file.axes.empty() ? Calendar::standard : file.axes.front().calendar.value_or(Calendar::standard);
  if (const auto pattern = section.text("pattern")) {
    auto compiled = Pattern::compile(*pattern, calendar);
    if (!compiled) {
      // Fields are not known, so that nothing can be said about what uses them.
      section.invalid("pattern", compiled.error().text());
      return;
    }
    source.pattern = *compiled;
  }
  if (const auto age = section.duration("min_age")) source.min_age = *age;
  read_exclude(section, source);
  read_identity_fields(section, source);
  read_prefer(section, source);
}

}  // namespace vdp::dataset
