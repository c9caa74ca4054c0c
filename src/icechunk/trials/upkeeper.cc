// The actors that do not commit.
#include <fmt/format.h>

#include "icechunk/trials/actors.h"
#include "icechunk/upkeep/collect.h"
#include "icechunk/upkeep/expire.h"

namespace vdp::icechunk {
namespace {

// Longer than any session here lasts, its faults and pauses included.
constexpr std::int64_t minimum_age_us = 150 * minute_us;

/// Does `act` again and again, with pauses of up to an hour, while others work.
template <typename Act>
void now_and_then(World& world, std::uint64_t number, Act act) {
  Process process(world, number);
  while (world.working > 0 && !world.judge.has_violations()) {
    world.pause(60 * minute_us);
    act(process);
    if (process.was_killed()) process.recover();
  }
}

}  // namespace

void expire_now_and_then(World& world, std::uint64_t number) {
  now_and_then(world, number, [&](Process& process) {
    ExpireOptions options;
    options.older_than_us = world.time.now_us() - minimum_age_us;
    options.minimum_age_us = minimum_age_us;
    if (world.happens(0.5)) options.branches = ExpiredRefs::remove;
    world.judge.expiring(options.older_than_us);
    static_cast<void>(expire(process.repository(), options));
  });
}

void collect_now_and_then(World& world, std::uint64_t number) {
  now_and_then(world, number, [&](Process& process) {
    CollectOptions options;
    options.minimum_age_us = world.bug == Bug::collect_without_age_check ? 0 : minimum_age_us;
    options.older_than_us = world.time.now_us() - options.minimum_age_us;
    options.threads = 1;
    options.max_batch = 1 + world.draw(20);
    static_cast<void>(collect(process.repository(), options));
  });
}

void tag_now_and_then(World& world, std::uint64_t number) {
  std::vector<std::string> tags;
  int made = 0;
  now_and_then(world, number, [&](Process& process) {
    Repository& repository = process.repository();
    if (!tags.empty() && world.happens(0.3)) {
      world.judge.tag_given_up(tags.back());
      static_cast<void>(repository.delete_tag(tags.back()));
      tags.pop_back();
      return;
    }
    const auto history = repository.history(Branch{"main"}, 4);
    if (!history || history->empty()) return;
    const SnapshotId snapshot = history->at(world.draw(history->size())).id;
    const std::string name = fmt::format("tag-{}-{}", number, ++made);
    const Status tagged = repository.create_tag(name, snapshot);
    if (process.was_killed()) return;
    if (tagged) {
      world.judge.tag_acknowledged(name, snapshot);
      tags.push_back(name);
    } else if (tagged.error().kind == ErrorKind::conflict) {
      world.judge.find(fmt::format("a false conflict: {}", tagged.error().text()));
    }
  });
}

void read_now_and_then(World& world, std::uint64_t number) {
  now_and_then(world, number, [&](Process& process) {
    Repository& repository = process.repository();
    const std::uint64_t faults = process.faults();
    const auto session = repository.readonly_session(Branch{"main"});
    if (!session) return;
    const auto balances = world.bank.read(*session, [&] { world.pause(5 * minute_us); });
    // Nothing may be missing or wrong, unless a fault befell the reading itself or the snapshot was given up meanwhile.
    const bool is_excused = process.faults() != faults || !world.judge.is_on_main(session->base());
    if (balances || !is_excused) world.judge.read(balances);
  });
}

}  // namespace vdp::icechunk
