#include "queue/events/sns_envelope.h"

#include "base/json.h"
#include "queue/events/event_field.h"

namespace vdp {

Result<std::string> open_sns_envelope(const Json& body) {
  VDP_ASSIGN(const std::string type, required_text(body, "Type", ""));
  if (type == "Notification") return required_text(body, "Message", "");
  if (type == "SubscriptionConfirmation" || type == "UnsubscribeConfirmation") {
    return invalid("message: a " + type +
                   " of SNS, expected notifications: the subscription is to be confirmed by whoever made it");
  }
  return invalid("message: 'Type' is none of SNS, expected Notification");
}

}  // namespace vdp
