// The actors that commit, each in its own way.
#include <fmt/format.h>

#include "icechunk/trials/writer.h"

namespace vdp::icechunk {
namespace {

class Promoter final : public Writer {
 public:
  using Writer::Writer;

 private:
  Attempt try_once(const std::string& message) override {
    Repository& repository = process_.repository();
    const auto tip = repository.resolve(Branch{"main"});
    const std::string branch = fmt::format("side-{}-{}", number_, ++branches_);
    if (!tip || !repository.create_branch(branch, *tip)) return after_failure();
    auto session = changed_session(branch);
    if (!session) return after_failure();
    world_.pause(options_.longest_thought_us);
    const auto outcome = session->commit(message);
    if (process_.was_killed() || !outcome || !std::holds_alternative<Committed>(*outcome)) return abandon(branch);
    world_.pause(options_.longest_thought_us);
    const SnapshotId side = std::get<Committed>(*outcome).snapshot;
    const bool expects = world_.bug != Bug::reset_without_expected_tip;
    const Status promoted = repository.reset_branch("main", side, expects ? std::optional(*tip) : std::nullopt);
    if (process_.was_killed()) return look(message);
    static_cast<void>(repository.delete_branch(branch));
    if (promoted) return settle(message, Committed{side});
    if (promoted.error().kind == ErrorKind::outcome_unknown) return look(message);
    return settle(message, std::unexpected(promoted.error()));
  }

  /// No other branch than this one can have it, and main never gets it.
  Attempt abandon(const std::string& branch) {
    process_.recover();
    static_cast<void>(process_.repository().delete_branch(branch));
    return after_failure();
  }

  int branches_ = 0;
};

/// Changes only what nobody else does, unless the vault is emptied meanwhile.
class Depositor final : public Writer {
 public:
  using Writer::Writer;

 private:
  Status change(Session& session) override {
    return world_.bank.deposit(session, number_, static_cast<std::int64_t>(1 + world_.draw(100)));
  }
  Result<CommitOutcome> commit(Session& session, const std::string& message) override {
    const ConflictDetector solver;
    CommitOptions options;
    options.solver = &solver;
    return session.commit(message, Json::object(), options);
  }
};

class VaultEmptier final : public Writer {
 public:
  using Writer::Writer;

 private:
  Status change(Session& session) override { return world_.bank.empty_vault(session, number_); }
};

template <typename Actor>
void write(World& world, std::uint64_t number, const WriterOptions& options) {
  Actor writer(world, number, options);
  for (std::uint64_t which = 0; which < options.transfers && !world.judge.has_violations(); ++which) {
    world.pause(options.longest_pause_us);
    writer.transfer(which);
  }
  --world.working;
}

}  // namespace

void write_transfers(World& world, std::uint64_t number, const WriterOptions& options) {
  write<Writer>(world, number, options);
}

void promote_branches(World& world, std::uint64_t number, const WriterOptions& options) {
  write<Promoter>(world, number, options);
}

void make_deposits(World& world, std::uint64_t number, const WriterOptions& options) {
  write<Depositor>(world, number, options);
}

void empty_vaults(World& world, std::uint64_t number, const WriterOptions& options) {
  write<VaultEmptier>(world, number, options);
}

}  // namespace vdp::icechunk
