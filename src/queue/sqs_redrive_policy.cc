#include "queue/sqs_redrive_policy.h"

#include <array>
#include <charconv>

#include "base/json.h"
#include "base/json_field.h"

namespace vdp {
namespace {

constexpr std::int64_t most_receives = 1000;  // that SQS takes

/// As a number, or as the digits of one; 0 for anything else.
std::int64_t count_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_number_integer()) return found->get<std::int64_t>();
  const std::string text = text_field(object, name);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

}  // namespace

Result<SqsRedrivePolicy> parse_redrive_policy(std::string_view json) {
  const auto parsed = parse_json(json);
  if (!parsed || !parsed->is_object()) return corrupt("the redrive policy is no JSON object");
  const std::string arn = text_field(*parsed, "deadLetterTargetArn");
  // arn:PARTITION:sqs:REGION:ACCOUNT:NAME
  std::array<std::string_view, 5> parts;
  std::string_view rest = arn;
  for (std::string_view& part : parts) {
    const std::size_t colon = rest.find(':');
    if (colon == rest.npos) return corrupt("the redrive policy's deadLetterTargetArn is no ARN of a queue");
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[2] != "sqs" || rest.empty()) {
    return corrupt("the redrive policy's deadLetterTargetArn is no ARN of a queue");
  }
  const std::int64_t count = count_field(*parsed, "maxReceiveCount");
  if (count < 1 || count > most_receives) return corrupt("the redrive policy's maxReceiveCount is not 1 to 1000");
  return SqsRedrivePolicy{std::string(parts[4]), std::string(rest), static_cast<std::uint32_t>(count)};
}

}  // namespace vdp
