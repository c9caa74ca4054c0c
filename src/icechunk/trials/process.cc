#include "icechunk/trials/process.h"

#include "store/memory_store.h"

namespace vdp::icechunk {
namespace {

constexpr TimestampUs start_us = 1'700'000'000'000'000;
constexpr std::int64_t longest_way_us = 10 * minute_us;

}  // namespace

World::World(std::uint64_t seed, Weather the_weather, Bug the_bug, std::uint64_t writers)
    : chance(seed),
      ids(seed),
      time(start_us, seed),
      weather(std::move(the_weather)),
      bug(the_bug),
      objects(make_memory_store("simulated", time)),
      bank(writers),
      judge(objects, bank),
      place{objects, time, chance, judge, {}} {}

RepositoryOptions World::options() {
  RepositoryOptions options;
  options.clock = &time;
  options.random = &ids;
  return options;
}

Process::Process(World& world, std::uint64_t number) : world_(world), number_(number) { start(); }

Process::~Process() {
  world_.faults += faults_->faults();
  faults_->land_delayed();
}

void Process::start() {
  sky_ = std::make_unique<Sky>(world_.weather, world_.chance);
  faults_ = std::make_shared<FaultStore>(std::make_shared<SimulatedStore>(world_.place, number_), world_.time);
  faults_->choose_with([this](const StoreOperation& operation) {
    faults_->set_delay(1 + world_.draw(20));
    return sky_->choose(operation);
  });
  faults_->on_kill([this] { was_killed_ = true; });
  store_ = plant(world_.bug, faults_);
  was_killed_ = false;
}

Repository& Process::repository() {
  while (!repository_) {
    auto opened = Repository::open(store_, world_.options());
    if (opened) repository_ = std::move(*opened);
    if (!opened) recover();
  }
  return *repository_;
}

void Process::recover() {
  world_.pause(longest_way_us);
  faults_->land_delayed();
  if (!was_killed_) return;
  repository_.reset();
  world_.faults += faults_->faults();
  start();
}

}  // namespace vdp::icechunk
