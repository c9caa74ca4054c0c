// The JSON in which containers and instances give credentials to what runs on them.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#pragma once

#include <optional>
#include <string_view>

#include "net/aws/credentials.h"

namespace vdp::aws {

/// {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}, and "Code" where an instance answers. `corrupt` for
/// anything else; `denied` where "Code" is not "Success". Nothing of the answer is told, but a code that is known.
Result<Credentials> parse_credential_answer(std::string_view json);

/// {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}, as the s3credentials endpoints of NASA's archives
/// have them, all four. `corrupt` for anything else; nothing of the answer is told.
Result<Credentials> parse_earthdata_answer(std::string_view json);

/// The name of an error, if it is one of those that AWS documents; "an unknown error" for others, as a strange service
/// may repeat in it what it was sent.
std::string_view known_error_code(std::string_view code);

}  // namespace vdp::aws
