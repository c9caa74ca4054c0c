// The table of settings, which settings_table.cc has, made of settings.schema.json. Its counterpart for the stack is
// infra/lib/settings/setting_row.ts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vdp::settings {

enum class SettingKind { text, integer, boolean };

/// The larger of `at_least` and the sum of settings, each times a factor.
struct Sum {
  struct Term {
    std::int64_t factor = 1;
    std::string_view setting;
  };
  std::int64_t at_least = 0;
  std::vector<Term> terms;
};

enum class DerivedFrom { environment, fact, setting, inverse, sum };

/// Where a value comes from if it is not given.
struct DerivedDefault {
  DerivedFrom from = DerivedFrom::setting;
  std::string_view name;  ///< of the variable, the fact or the setting
  Sum sum{};
};

struct SettingRow {
  std::string_view name;
  SettingKind kind = SettingKind::text;
  bool required = false;
  bool secret = false;  ///< its value is never shown
  std::optional<std::string_view> default_value{};
  std::optional<DerivedDefault> derived{};
  std::optional<std::int64_t> minimum{};  ///< of an integer
  std::optional<std::int64_t> maximum{};
  std::optional<std::size_t> maximum_bytes{};  ///< of a text
  std::string_view pattern{};                  ///< of a text, for RE2; empty: any
  std::vector<std::string_view> choices{};
  std::string_view expected;  ///< what is allowed, in words that follow "expected"
  std::string_view description;
};

enum class Comparison { given, absent, one_of, none_of, other_than, longer_or_shorter_than, above, below };

struct Condition {
  std::string_view of;  ///< a setting, or a fact of the dataset, which has a dot in its name
  Comparison is = Comparison::given;
  std::vector<std::string_view> texts{};
  std::string_view value_of{};
  Sum sum{};
};

/// What several settings must agree on: where all conditions hold, the setting is refused, or is noted.
struct Rule {
  std::string_view setting;
  bool refuses = true;
  std::vector<Condition> where;
  std::string_view text;  ///< with {NAME} for the value of a setting or a fact
};

std::span<const SettingRow> settings_table();
std::span<const Rule> rules();
/// Names in .env that begin so are other programs'.
std::span<const std::string_view> foreign_prefixes();

}  // namespace vdp::settings
