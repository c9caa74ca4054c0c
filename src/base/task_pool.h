// Runs independent work on all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace vdp {

/// Calls task(0) ... task(count - 1), each once, on up to `threads` threads (0: one per core), and returns when all
/// have ended. Tasks are started in order. A task must not throw.
void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& task);

}  // namespace vdp
