#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace vdp {
namespace {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
      // Without randomness two writers could pick one id and overwrite each other: there is no way to go on.
      if (got < 0 && errno != EINTR) std::abort();
      if (got > 0) done += static_cast<std::size_t>(got);
    }
  }
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace vdp
