#include "net/aws/environment_credentials.h"

namespace vdp::aws {

Result<Credentials> EnvironmentCredentials::get() {
  std::optional<std::string> id = set_variable(environment_, "AWS_ACCESS_KEY_ID");
  std::optional<std::string> key = set_variable(environment_, "AWS_SECRET_ACCESS_KEY");
  if (!id && !key) return not_found("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
  if (!id) return invalid("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
  if (!key) return invalid("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
  Credentials credentials{std::move(*id), Secret(std::move(*key)), std::nullopt, std::nullopt};
  if (auto token = set_variable(environment_, "AWS_SESSION_TOKEN"))
    credentials.session_token = Secret(std::move(*token));
  if (const Status fine = check_credentials(credentials); !fine) {
    return invalid("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: " + fine.error().message);
  }
  return credentials;
}

}  // namespace vdp::aws
