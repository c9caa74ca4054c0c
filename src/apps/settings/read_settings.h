// Settings out of the environment and .env. The stack reads them by the same rules:
// infra/lib/settings/read_settings.ts.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/settings/finding.h"
#include "apps/settings/settings_table.h"
#include "base/error.h"

namespace vdp::settings {

enum class Origin { not_set, default_value, dataset, env_file, environment };
std::string_view to_string(Origin origin);

struct Setting {
  const SettingRow* row = nullptr;
  std::optional<std::string> value;  ///< normalised; nothing where it is not set, or not allowed
  Origin origin = Origin::not_set;
};

/// What a dataset file tells.
struct DatasetFacts {
  std::map<std::string, std::string, std::less<>> facts;  ///< x-dataset-facts of the schema
  std::vector<std::string> variables;                     ///< that it names as $NAME
};

struct SettingsSources {
  std::function<std::optional<std::string>(const std::string& name)> environment;
  std::string env_file;  ///< the text; empty where there is none
  /// Reads the dataset file at this path; the error says what is wrong with it.
  std::function<Result<DatasetFacts>(const std::string& path)> read_dataset;
};

struct SettingsReport {
  std::vector<Setting> settings;  ///< in the order of the table
  std::vector<Finding> findings;  ///< why they cannot be used: none where they can
  std::vector<Finding> notes;     ///< what is worth knowing
};

SettingsReport read_settings(const SettingsSources& sources);

}  // namespace vdp::settings
