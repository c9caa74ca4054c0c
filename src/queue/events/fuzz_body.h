// What the fuzz target and the unit test of hostile messages both run on arbitrary bytes.
#pragma once

#include <cstdlib>

#include "base/bytes.h"
#include "queue/events/decode_message.h"
#include "queue/events/object_location.h"

namespace vdp {

/// Must neither crash nor take long, whatever the bytes are; what is accepted can be passed on as it is.
inline void decode_arbitrary(ByteView bytes) {
  const auto require = [](bool holds) {
    if (!holds) std::abort();
  };
  const auto decoded = decode_message(as_text(bytes));
  if (!decoded) return require(!decoded.error().text().empty());
  require(!decoded->events.empty() || !decoded->notes.empty());
  for (const FileEvent& event : decoded->events) {
    require(check_event_uri(event.uri).has_value());
    require(event.size == 0 || decoded->events.size() <= bytes.size());
  }
}

}  // namespace vdp
