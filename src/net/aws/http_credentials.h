// What proves to a web server who asks: the values of the header Authorization.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/aws/surroundings.h"
#include "net/netrc.h"

namespace vdp::aws {

inline constexpr const char* bearer_variable = "VDP_BEARER_TOKEN";
inline constexpr const char* earthdata_variable = "EARTHDATA_TOKEN";
inline constexpr const char* earthdata_login_host = "urs.earthdata.nasa.gov";

/// "Bearer TOKEN", with the token of this variable. `denied` where it is not set, `invalid` where no header can hold
/// it.
Result<CredentialHeader> bearer_header(const EnvironmentLookup& environment, const std::string& variable);

/// "Basic ...", with what the netrc file says for the host. `denied` where it says nothing.
Result<CredentialHeader> basic_header(const EnvironmentLookup& environment, const FileReader& read_file,
                                      const std::string& host);

/// The header of a token, or of a login, from elsewhere; `place` is named where no header can hold it (`invalid`).
Result<CredentialHeader> bearer_header_of(const Secret& token, std::string_view place);
Result<CredentialHeader> basic_header_of(const NetrcLogin& login, std::string_view place);

/// The login of the file that NETRC names, or of ~/.netrc; nothing where there is no file, or nothing for the host in
/// it. `invalid` where the file that NETRC names cannot be read; `corrupt` for a file that is no netrc.
Result<std::optional<NetrcLogin>> read_netrc_login(const EnvironmentLookup& environment, const FileReader& read_file,
                                                   const std::string& host);

}  // namespace vdp::aws
