// SIGINT and SIGTERM as a wish to stop: the batch in hand is finished, and the rest stays in the queue.
#pragma once

#include <atomic>

namespace vdp::cli {

/// From now on the first of these signals sets the flag that is returned; the second one ends the process at once.
const std::atomic<bool>& stop_requested();

}  // namespace vdp::cli
