#include "icechunk/trials/simulation.h"

#include <fmt/format.h>

#include "icechunk/repo/test_repository.h"
#include "icechunk/trials/actors.h"

namespace vdp::icechunk {
namespace {

Status open_bank(World& world) {
  VDP_ASSIGN(const Repository repository, Repository::create(world.objects, {}, world.options()));
  VDP_ASSIGN(Session session, repository.writable_session("main"));
  VDP_TRY(world.bank.open(session));
  VDP_ASSIGN(const CommitOutcome outcome, session.commit("the bank opens"));
  if (!std::holds_alternative<Committed>(outcome)) return internal("the bank could not be opened");
  world.judge.written("repo");
  return {};
}

/// Makes the actors, each with the next process number.
class Cast {
 public:
  explicit Cast(World& world) : world_(world) {}

  template <typename Act, typename... Options>
  void add(Act act, const Options&... options) {
    World& world = world_;
    world_.time.add_actor([act, &world, number = next_++, options...] { act(world, number, options...); });
  }

 private:
  World& world_;
  std::uint64_t next_ = 0;
};

void add_everybody(World& world, std::uint64_t writers) {
  Cast cast(world);
  // At least one of each kind but the first.
  cast.add(promote_branches, WriterOptions{});
  cast.add(make_deposits, WriterOptions{});
  cast.add(empty_vaults, WriterOptions{.transfers = 3});
  for (std::uint64_t i = 3; i < writers; ++i) cast.add(i % 2 == 0 ? make_deposits : write_transfers, WriterOptions{});
  cast.add(expire_now_and_then);
  cast.add(collect_now_and_then);
  cast.add(tag_now_and_then);
  cast.add(read_now_and_then);
  cast.add(read_now_and_then);
}

void add_hasty_writers(World& world, std::uint64_t writers) {
  Cast cast(world);
  for (std::uint64_t i = 0; i < writers; ++i) cast.add(write_transfers, WriterOptions{4, second_us / 10, 1});
}

}  // namespace

SimulationReport simulate(const SimulationOptions& options) {
  std::mt19937_64 chance(options.seed * 2 + 1);
  const std::uint64_t writers = options.lost_answers_only ? 2 + chance() % 2 : 3 + chance() % 6;
  const Weather weather = options.lost_answers_only ? Weather::of_lost_answers() : Weather::of_seed(chance());
  World world(options.seed, weather, options.bug, writers);
  const TimestampUs began_us = world.time.now_us();
  if (const Status opened = open_bank(world); !opened) world.judge.find(opened.error().text());
  world.working = writers;
  options.lost_answers_only ? add_hasty_writers(world, writers) : add_everybody(world, writers);
  world.time.run();
  world.judge.finish();

  SimulationReport report;
  report.violations = world.judge.violations();
  report.trace_hash = world.place.trace.hash();
  report.operations = world.place.trace.length() / 4;
  report.commits = world.judge.commits();
  report.conflicts = world.conflicts;
  report.unknown = world.unknown;
  report.faults = world.faults;
  report.removals = world.judge.removals();
  report.virtual_hours = static_cast<double>(world.time.now_us() - began_us) / static_cast<double>(60 * minute_us);
  return report;
}

void SimulationReport::add(const SimulationReport& other) {
  violations.insert(violations.end(), other.violations.begin(), other.violations.end());
  trace_hash ^= other.trace_hash;
  operations += other.operations;
  commits += other.commits;
  conflicts += other.conflicts;
  unknown += other.unknown;
  faults += other.faults;
  removals += other.removals;
  virtual_hours += other.virtual_hours;
}

std::string SimulationReport::text() const {
  return fmt::format(
      "{:.0f} virtual hours, {} operations, {} faults, {} commits, {} conflicts, {} unknown outcomes, {} objects "
      "removed",
      virtual_hours, operations, faults, commits, conflicts, unknown, removals);
}

}  // namespace vdp::icechunk
