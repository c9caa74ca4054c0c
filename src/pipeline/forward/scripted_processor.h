// What the tests of forward share: a processor that follows a script, and a queue in memory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipeline/forward.h"
#include "queue/granule_message.h"
#include "queue/memory_queue.h"
#include "store/memory_store.h"

namespace vdp {

/// Says of each granule what a script says, and commits nothing.
class ScriptedProcessor final : public Processor {
 public:
  using Script = std::function<Outcome(const Granule&)>;
  explicit ScriptedProcessor(Script script) : script_(std::move(script)) {}

  std::string name() const override { return "scripted"; }
  Result<icechunk::Repository> initialize_store(std::span<const Granule>) override {
    return icechunk::Repository::create(make_memory_store("forward"));
  }
  Result<icechunk::Session> initialize_session(icechunk::Repository& repository) override {
    ++sessions;
    return repository.writable_session("main");
  }
  Result<Outcome> process_file(icechunk::Session& session, const Granule& granule) override {
    ++offered[granule.key];
    if (changes_session) VDP_TRY(session.set_group("/", zarr::zarr_json_group(Json::object())));
    return script_(granule);
  }
  Result<std::optional<Outcome>> retract_file(icechunk::Session& session, const Granule& granule) override {
    ++looked_for[granule.key];
    if (retract) return retract(granule);
    return Processor::retract_file(session, granule);
  }
  Result<icechunk::CommitOutcome> commit_processed_files(icechunk::Session&,
                                                         std::span<const Outcome> outcomes) override {
    if (before_commit) before_commit();
    if (conflicts_left > 0) {
      --conflicts_left;
      return icechunk::CommitConflict{};
    }
    if (unknowns_left > 0) {
      --unknowns_left;
      return icechunk::CommitUnknown{};
    }
    batches.push_back(outcomes.size());
    if (after_batch) after_batch();
    return icechunk::NothingToCommit{};
  }

  std::map<std::string, int> offered;
  std::map<std::string, int> looked_for;
  std::function<std::optional<Outcome>(const Granule&)> retract;
  std::vector<std::size_t> batches;
  std::function<void()> before_commit;
  std::function<void()> after_batch;
  int sessions = 0;
  bool changes_session = false;
  int conflicts_left = 0;
  int unknowns_left = 0;

 private:
  Script script_;
};

inline Outcome written(const Granule& granule) { return {Outcome::Kind::written, granule, {}, 1, {}, false}; }

class ForwardTest : public testing::Test {
 protected:
  ForwardTest() {
    options_.batch = 2;
    options_.clock = &clock_;
  }

  void send(const std::vector<std::string>& keys) {
    std::vector<std::string> bodies;
    for (const auto& key : keys) bodies.push_back(encode_granule({"file:///" + key, key, 0, "", 0}));
    ASSERT_TRUE(queue_->send(bodies));
  }

  ForwardReport run(ScriptedProcessor& processor) {
    auto repository = processor.initialize_store({});
    EXPECT_TRUE(repository);
    auto report = forward(processor, *repository, *queue_, options_);
    EXPECT_TRUE(report) << report.error().text();
    return *report;
  }

  QueueDepth depth() { return queue_->depth().value(); }

  ManualClock clock_{1'000'000'000};
  QueuePtr queue_ = make_memory_queue({.max_receives = 3, .clock = &clock_});
  ForwardOptions options_;
};

}  // namespace vdp
