#pragma once

#include <string>

namespace vdp::settings {

/// What is wrong with a setting, or worth knowing.
struct Finding {
  std::string setting;  ///< its name; ".env" for a line that is none
  std::string message;
  bool operator==(const Finding&) const = default;
};

/// "NAME: found 'x', expected ...".
inline std::string describe(const Finding& finding) { return finding.setting + ": " + finding.message; }

}  // namespace vdp::settings
