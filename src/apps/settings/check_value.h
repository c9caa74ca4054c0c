// One value against its row of the table. The stack's counterpart is infra/lib/settings/check_value.ts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apps/settings/settings_table.h"

namespace vdp::settings {

/// The value as it is meant ("true" for "Yes", "7" for "07"), or nothing where it is not allowed.
std::optional<std::string> normalise(const SettingRow& row, std::string_view text);

/// "found 'x'", without the value where it is a secret or too long to be read.
std::string found(const SettingRow& row, const std::optional<std::string>& value);

}  // namespace vdp::settings
