#include "net/aws/http_credentials.h"

#include <fmt/format.h>

#include "base/base64.h"

namespace vdp::aws {
namespace {

Result<CredentialHeader> authorization(Secret value, std::string_view place) {
  if (!check_header("Authorization", value.reveal())) {
    return invalid(fmt::format("{}: a line break, which no header can hold", place));
  }
  return CredentialHeader{"Authorization", std::move(value)};
}

}  // namespace

Result<CredentialHeader> bearer_header(const EnvironmentLookup& environment, const std::string& variable) {
  const auto token = set_variable(environment, variable);
  if (!token) return fail(ErrorKind::denied, fmt::format("no bearer token: {} is not set", variable));
  return bearer_header_of(Secret(*token), variable);
}

Result<CredentialHeader> bearer_header_of(const Secret& token, std::string_view place) {
  return authorization(Secret("Bearer " + token.reveal()), place);
}

Result<CredentialHeader> basic_header_of(const NetrcLogin& login, std::string_view place) {
  if (login.user.reveal().find(':') != std::string::npos) {
    return invalid(fmt::format("the user of {} has a ':', which Basic cannot tell apart", place));
  }
  const Secret pair(login.user.reveal() + ":" + login.password.reveal());
  return authorization(Secret("Basic " + base64_encode(as_bytes(pair.reveal()))), place);
}

Result<std::optional<NetrcLogin>> read_netrc_login(const EnvironmentLookup& environment, const FileReader& read_file,
                                                   const std::string& host) {
  const auto named = set_variable(environment, "NETRC");
  const auto home = set_variable(environment, "HOME");
  if (!named && !home) return std::nullopt;
  const std::string path = named ? *named : *home + "/.netrc";
  const std::string place =
      named ? "NETRC" : "~/.netrc";  // what a variable holds may be a secret, put there by mistake
  const Result<Secret> content = read_file(path);
  if (!content) {
    if (content.error().kind == ErrorKind::not_found && !named) return std::nullopt;
    return invalid(fmt::format("{}: the file cannot be read ({})", place, to_string(content.error().kind)));
  }
  auto login = find_netrc_login(content->reveal(), host);
  if (!login) return std::unexpected(within(place, std::move(login).error()));
  return login;
}

Result<CredentialHeader> basic_header(const EnvironmentLookup& environment, const FileReader& read_file,
                                      const std::string& host) {
  VDP_ASSIGN(const auto login, read_netrc_login(environment, read_file, host));
  if (!login) {
    return fail(ErrorKind::denied, fmt::format("no login for {} in the netrc file (NETRC, or ~/.netrc)", host));
  }
  return basic_header_of(*login, fmt::format("the netrc file for {}", host));
}

}  // namespace vdp::aws
