// What several settings must agree on. The stack's counterpart is infra/lib/settings/rules.ts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/settings/settings_table.h"

namespace vdp::settings {

/// What conditions are asked of: values of settings, and facts of the dataset under their names.
class Values {
 public:
  virtual ~Values() = default;
  virtual std::optional<std::string> value_of(std::string_view name) const = 0;
  virtual bool is_given(std::string_view name) const = 0;
};

std::int64_t value_of(const Sum& sum, const Values& values);

/// All names that a rule's conditions look at.
std::vector<std::string_view> names_of(const Rule& rule);
bool applies(const Rule& rule, const Values& values);
/// The rule's text with values for its {NAME}s.
std::string text_of(const Rule& rule, const Values& values);

}  // namespace vdp::settings
