#include "pipeline/forward/delivery.h"

#include "queue/events/decode_message.h"

namespace vdp {
namespace {

Granule own_granule(const FileEvent& event) { return {event.uri, event.key, 0, "", 0}; }

Result<Granule> named_granule(const Processor& processor, const FileEvent& event) {
  VDP_ASSIGN(auto granule, event.key.empty() ? processor.granule_at(event.uri) : own_granule(event));
  granule.size = event.size;
  granule.etag = event.etag;
  granule.last_modified_us = event.last_modified_us;
  return granule;
}

}  // namespace

Result<Delivery> read_delivery(const Processor& processor, Message message) {
  VDP_ASSIGN(auto decoded, decode_message(message.body));
  Delivery delivery;
  delivery.message = std::move(message);
  delivery.files = decoded.events.size();
  delivery.notes = std::move(decoded.notes);
  for (const FileEvent& event : decoded.events) {
    auto granule = named_granule(processor, event);
    if (granule) {
      delivery.open.push_back({std::move(*granule), event.kind == FileEvent::Kind::removed});
    } else {
      delivery.rejected.push_back(Outcome::rejected(own_granule(event), granule.error().text()));
    }
  }
  return delivery;
}

}  // namespace vdp
