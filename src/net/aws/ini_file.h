// The INI dialect of ~/.aws/config and ~/.aws/credentials.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/secret.h"

namespace vdp::aws {

/// Settings by their names, in lower case. A value may be a secret, so all are.
using IniSection = std::map<std::string, Secret>;
/// Sections by what stands between their brackets, with single blanks and without quotes: "profile my team".
using IniFile = std::map<std::string, IniSection>;

/// Comments begin a line ('#' or ';'). Lines that are indented deeper than the setting before them belong to it
/// (nested settings of services) and are left out. `corrupt` for a line that is none of this, or a setting that is
/// there twice; the error tells the number of the line and nothing of its text.
Result<IniFile> parse_ini(std::string_view text);

}  // namespace vdp::aws
