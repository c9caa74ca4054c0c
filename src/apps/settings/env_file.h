// The file .env. The stack reads it by the same rules: infra/lib/settings/env_file.ts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apps/settings/finding.h"

namespace vdp::settings {

struct EnvFile {
  std::map<std::string, std::string> values;
  std::vector<std::string> names;  ///< of `values`, in the order of the file
  std::vector<Finding> findings;   ///< lines that are no assignments; what is in them is not repeated
};

/// Lines NAME=VALUE, "export " before them left out. A '#' begins a comment at the front of a line and behind a blank;
/// within quotes it does not. Nothing is escaped or replaced. The last of several lines with one name counts.
EnvFile parse_env_file(std::string_view text);

/// Without the blanks around it.
std::string_view trimmed(std::string_view text);

}  // namespace vdp::settings
