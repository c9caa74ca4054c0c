// The netrc file: logins by the names of machines, which curl, wget and Python share.
// https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/secret.h"

namespace vdp {

struct NetrcLogin {
  Secret user;
  Secret password;
};

/// What the file says for the machine: the first entry of its name, else the entry `default`; nothing where it has
/// neither. Texts in double quotes may hold blanks and \" and \\; comments begin with '#' where a word could begin;
/// macros are read over. `corrupt` for anything else; the error tells the number of the line and nothing of its text.
Result<std::optional<NetrcLogin>> find_netrc_login(std::string_view text, std::string_view machine);

}  // namespace vdp
