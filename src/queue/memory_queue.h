// A queue that lives as long as the process.
#pragma once

#include "queue/queue.h"

namespace vdp {

QueuePtr make_memory_queue(QueueOptions options = {});

}  // namespace vdp
