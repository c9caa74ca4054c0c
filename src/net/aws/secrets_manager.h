// AWS Secrets Manager, as far as a reader of secrets needs it.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/aws/credentials.h"
#include "net/aws/service_place.h"

namespace vdp::aws {

/// The region of "arn:aws:secretsmanager:eu-west-1:123456789012:secret:NAME-abcdef". `invalid` for anything else,
/// which is not repeated: a secret itself may have been put where its name belongs.
Result<std::string> secret_region(std::string_view arn);

/// Secrets Manager in the region of the ARN, or where AWS_ENDPOINT_URL_SECRETS_MANAGER or AWS_ENDPOINT_URL says.
Result<ServicePlace> secrets_manager_place(std::string_view arn, const EnvironmentLookup& environment,
                                           const FileReader& read_file);

/// The secret's text (SecretString), in its current version. One request: asking again is safe. Errors: `not_found`,
/// `denied`, `transient`, `unsupported` for a secret of bytes, `corrupt` for no answer of the service; none tells
/// anything of an answer but an error code that is known.
Result<Secret> get_secret_text(const std::string& arn, const ServicePlace& place, CredentialProviderPtr credentials,
                               const HttpSender& send, Clock& clock);

}  // namespace vdp::aws
