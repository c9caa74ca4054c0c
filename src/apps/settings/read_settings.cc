#include "apps/settings/read_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/settings/check_value.h"
#include "apps/settings/env_file.h"
#include "apps/settings/membership.h"
#include "apps/settings/rules.h"
#include "base/nearest.h"

namespace vdp::settings {
namespace {

class Reader final : public Values {
 public:
  explicit Reader(const SettingsSources& sources) : sources_(sources), env_file_(parse_env_file(sources.env_file)) {
    report_.findings = env_file_.findings;
  }

  SettingsReport read() {
    for (const SettingRow& row : settings_table()) read_one(row);
    load_dataset();
    for (Setting& setting : report_.settings) derive(setting);
    for (const Rule& rule : rules()) apply(rule);
    report_unknown_names();
    return std::move(report_);
  }

  std::optional<std::string> value_of(std::string_view name) const override {
    if (const Setting* setting = find(name)) return setting->value;
    return fact(name);
  }

  bool is_given(std::string_view name) const override {
    const Setting* setting = find(name);
    return setting != nullptr && (setting->origin == Origin::environment || setting->origin == Origin::env_file);
  }

 private:
  const Setting* find(std::string_view name) const {
    const auto found = std::ranges::find(report_.settings, name, [](const Setting& s) { return s.row->name; });
    return found == report_.settings.end() ? nullptr : &*found;
  }

  std::optional<std::string> fact(std::string_view name) const {
    if (!dataset_) return std::nullopt;
    const auto found = dataset_->facts.find(name);
    if (found == dataset_->facts.end()) return std::nullopt;
    return found->second;
  }

  void refuse(const SettingRow& row, const std::optional<std::string>& value, std::string_view expected) {
    refused_.insert(row.name);
    report_.findings.push_back({std::string(row.name), fmt::format("{}, expected {}", found(row, value), expected)});
  }

  void read_one(const SettingRow& row) {
    Setting setting{.row = &row, .value = {}, .origin = Origin::not_set};
    const auto text = look_up(std::string(row.name), setting.origin);
    if (text) {
      setting.value = normalise(row, *text);
      if (!setting.value) refuse(row, *text, row.expected);
    } else if (row.default_value) {
      setting.value = std::string(*row.default_value);
      setting.origin = Origin::default_value;
    } else if (row.required) {
      refuse(row, std::nullopt, row.expected);
    }
    report_.settings.push_back(std::move(setting));
  }

  std::optional<std::string> look_up(const std::string& name, Origin& origin) const {
    const auto from_environment = sources_.environment(name);
    const std::string_view text = from_environment ? trimmed(*from_environment) : std::string_view();
    if (!text.empty()) {
      origin = Origin::environment;
      return std::string(text);
    }
    const auto from_file = env_file_.values.find(name);
    if (from_file == env_file_.values.end() || from_file->second.empty()) return std::nullopt;
    origin = Origin::env_file;
    return from_file->second;
  }

  void load_dataset() {
    const Setting* setting = find("DATASET");
    if (setting == nullptr || !setting->value) return;
    auto dataset = sources_.read_dataset(*setting->value);
    if (dataset) {
      dataset_ = std::move(*dataset);
    } else {
      refuse(*setting->row, setting->value, fmt::format("a dataset file that can be used: {}", dataset.error().text()));
    }
  }

  void derive(Setting& setting) {
    const SettingRow& row = *setting.row;
    if (!row.derived || setting.origin != Origin::not_set) return;
    const auto text = derived_text(*row.derived);
    if (!text) return;
    auto value = normalise(row, *text);
    if (!value) {
      return refuse(row, std::nullopt, fmt::format("{}, as the default '{}' cannot stand for it", row.expected, *text));
    }
    setting.value = std::move(value);
    setting.origin = row.derived->from == DerivedFrom::fact ? Origin::dataset : Origin::default_value;
  }

  std::optional<std::string> derived_text(const DerivedDefault& derived) const {
    Origin ignored = Origin::not_set;
    switch (derived.from) {
      case DerivedFrom::environment:
        return look_up(std::string(derived.name), ignored);
      case DerivedFrom::fact: {
        const auto value = fact(derived.name);
        return value && !value->empty() ? value : std::nullopt;
      }
      case DerivedFrom::setting:
        return value_of(derived.name);
      case DerivedFrom::inverse: {
        const auto value = value_of(derived.name);
        if (!value) return std::nullopt;
        return *value == "true" ? "false" : "true";
      }
      case DerivedFrom::sum: {
        const auto is_known = [&](const Sum::Term& term) { return value_of(term.setting).has_value(); };
        if (!std::ranges::all_of(derived.sum.terms, is_known)) return std::nullopt;
        return fmt::format("{}", settings::value_of(derived.sum, *this));
      }
    }
    return std::nullopt;
  }

  void apply(const Rule& rule) {
    // What is wrong with one setting says nothing about others.
    const bool is_unknown = std::ranges::any_of(names_of(rule), [&](std::string_view name) {
      return refused_.contains(name) || (name.find('.') != std::string_view::npos && !dataset_);
    });
    if (is_unknown || !applies(rule, *this)) return;
    const Setting* setting = find(rule.setting);
    if (setting == nullptr) return;
    if (!rule.refuses) {
      report_.notes.push_back({std::string(rule.setting), text_of(rule, *this)});
    } else if (!refused_.contains(rule.setting)) {
      refuse(*setting->row, setting->value, text_of(rule, *this));
    }
  }

  void report_unknown_names() {
    std::vector<std::string> known;
    for (const SettingRow& row : settings_table()) known.emplace_back(row.name);
    for (const std::string& name : env_file_.names) {
      const bool is_foreign =
          std::ranges::any_of(foreign_prefixes(), [&](std::string_view prefix) { return name.starts_with(prefix); });
      if (is_foreign || contains(known, name)) continue;
      if (dataset_ && contains(dataset_->variables, name)) continue;
      const auto nearest = nearest_word(name, known);
      const std::string suggestion = nearest ? fmt::format("; did you mean {}?", *nearest) : std::string();
      report_.findings.push_back({name, "unknown setting" + suggestion});
    }
  }

  const SettingsSources& sources_;
  const EnvFile env_file_;
  std::optional<DatasetFacts> dataset_;
  std::set<std::string_view> refused_;
  SettingsReport report_;
};

}  // namespace

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::environment:
      return "environment";
    case Origin::env_file:
      return ".env";
    case Origin::dataset:
      return "dataset";
    case Origin::default_value:
      return "default";
    case Origin::not_set:
      break;
  }
  return "not set";
}

SettingsReport read_settings(const SettingsSources& sources) { return Reader(sources).read(); }

}  // namespace vdp::settings
