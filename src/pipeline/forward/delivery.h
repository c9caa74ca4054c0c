// Delivery: a message in hand, and what is still to be done for it.
#pragma once

#include <string>
#include <vector>

#include "pipeline/outcome.h"
#include "queue/queue.h"
#include "vdp/processor.h"

namespace vdp {

/// One file that a message names.
struct FileRequest {
  Granule granule;
  bool removed = false;  ///< its source is said to have it no more
};

struct Delivery {
  Message message;
  std::size_t files = 0;           ///< that the message names
  std::vector<FileRequest> open;   ///< those that nothing final is known of
  std::vector<Outcome> rejected;   ///< those that will never be done
  std::vector<std::string> notes;  ///< what else the message said
};

/// `invalid` for a message of unknown shape. What the processor has no granule for is among the rejected.
Result<Delivery> read_delivery(const Processor& processor, Message message);

}  // namespace vdp
