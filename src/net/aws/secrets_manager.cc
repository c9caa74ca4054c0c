#include "net/aws/secrets_manager.h"

#include <fmt/format.h>

#include <array>

#include "base/json.h"
#include "base/json_field.h"
#include "net/aws/json_service.h"
#include "net/aws/s3_place.h"

namespace vdp::aws {
namespace {

/// A secret has at most 65,536 bytes; JSON may write each of them as "\u0000".
constexpr std::uint64_t max_answer_bytes = 512 << 10;

}  // namespace

Result<std::string> secret_region(std::string_view arn) {
  // arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME
  std::array<std::string_view, 6> parts;
  std::string_view rest = arn;
  for (std::string_view& part : parts) {
    const std::size_t colon = rest.find(':');
    if (colon == rest.npos) return invalid("expected an ARN as arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME");
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  const bool fits = parts[0] == "arn" && parts[2] == "secretsmanager" && is_region_name(parts[3]) &&
                    parts[5] == "secret" && !rest.empty();
  if (!fits) return invalid("expected an ARN as arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME");
  return std::string(parts[3]);
}

Result<ServicePlace> secrets_manager_place(std::string_view arn, const EnvironmentLookup& environment,
                                           const FileReader& read_file) {
  VDP_ASSIGN(const std::string region, secret_region(arn));
  return find_service_place("secretsmanager", "SECRETS_MANAGER", region, environment, read_file);
}

Result<Secret> get_secret_text(const std::string& arn, const ServicePlace& place, CredentialProviderPtr credentials,
                               const HttpSender& send, Clock& clock) {
  const JsonService service({.name = "secretsmanager",
                             .target_prefix = "secretsmanager",
                             .content_type = "application/x-amz-json-1.1",
                             .place = place,
                             .credentials = std::move(credentials),
                             .tells_messages = false});
  const JsonCall call{.action = "GetSecretValue",
                      .body = Json{{"SecretId", arn}}.dump(-1, ' ', false, Json::error_handler_t::replace),
                      .wait = {},
                      .max_answer_bytes = max_answer_bytes};
  VDP_ASSIGN(const HttpRequest request, service.make(call, clock.now_us()));
  const Result<HttpResponse> response = send(request);
  // The text of the client's error would do no harm, but that of a test's or another client's might.
  if (!response) {
    return fail(send_failure(response.error()).kind, fmt::format("{} does not answer", place.endpoint.host));
  }
  VDP_ASSIGN(const Json answer, service.answer(call, *response));
  if (answer.contains("SecretBinary")) return unsupported("the secret is bytes; expected a text (SecretString)");
  Secret text(text_field(answer, "SecretString"));
  if (text.empty()) return corrupt("the answer of Secrets Manager has no text in its field SecretString");
  return text;
}

}  // namespace vdp::aws
