#include "apps/lambda/shutdown.h"

#include <signal.h>
#include <unistd.h>

#include <initializer_list>

namespace vdp::lambda {
namespace {

std::atomic<bool> requested{false};
std::atomic<bool> waiting{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only use what needs no lock");

void on_signal(int) {
  requested.store(true);
  if (waiting.load()) _exit(0);
}

}  // namespace

void watch_for_shutdown() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

const std::atomic<bool>& shutdown_requested() { return requested; }

Waiting::Waiting() {
  waiting.store(true);
  // A signal that came just before has set its flag, and nothing else would look at it.
  if (requested.load()) _exit(0);
}
Waiting::~Waiting() { waiting.store(false); }

}  // namespace vdp::lambda
