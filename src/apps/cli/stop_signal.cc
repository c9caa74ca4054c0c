#include "apps/cli/stop_signal.h"

#include <signal.h>

#include <initializer_list>

namespace vdp::cli {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only use what needs no lock");

// SA_RESETHAND: the second signal finds the default again, which ends the process.
void on_signal(int) { requested.store(true); }

}  // namespace

const std::atomic<bool>& stop_requested() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  return requested;
}

}  // namespace vdp::cli
