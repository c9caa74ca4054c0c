// What others do to the store and to its source while a run is under way: nothing of it is lost.
#include "pipeline/backfill/backfill_test.h"
#include "pipeline/backfill/promote_stage.h"
#include "pipeline/upkeep.h"

namespace vdp::backfill {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;

class MeanwhileTest : public BackfillTest {
 protected:
  /// The one partition of `forked`, done but for the promote.
  Plan reduced(std::uint64_t files) {
    const auto partition = forked(files);
    work(partition, 0, files);
    EXPECT_TRUE(reduce_partition(*site_, *repository_, partition.work));
    return partition.work.plan;
  }
  Granule granule(std::uint64_t index) const {
    Granule granule;
    granule.key = key_of(index);
    granule.uri = source_->url() + granule.key;
    return granule;
  }
  /// What forward makes of an event that says that the file is gone.
  Outcome::Kind retract(std::uint64_t index) {
    const auto processor = *DatasetProcessor::create(file_, {.threads = 1});
    auto session = *processor->initialize_session(*repository_);
    const auto outcome = processor->retract_file(session, granule(index));
    EXPECT_TRUE(outcome && *outcome);
    EXPECT_TRUE(processor->commit_processed_files(session, std::span(&**outcome, 1)));
    return (**outcome).kind;
  }
  void commit_to_main(const std::function<void(icechunk::Session&)>& change) {
    auto session = *repository_->writable_session("main");
    change(session);
    icechunk::CommitOptions options;
    options.allow_empty = true;
    EXPECT_TRUE(std::holds_alternative<icechunk::Committed>(*session.commit("by hand", Json::object(), options)));
  }
  void expect_conflict(const Plan& plan, const std::string& word) {
    const auto promoted = promote_run(*site_, *repository_, plan);
    ASSERT_FALSE(promoted) << "the change was overwritten";
    EXPECT_EQ(promoted.error().kind, ErrorKind::conflict);
    EXPECT_NE(promoted.error().text().find(word), std::string::npos) << promoted.error().text();
  }
};

TEST_F(MeanwhileTest, AFileThatIsDeletedMeanwhileIsTakenOutInTheEnd) {
  reopen([](auto& file) { file.forward.deleted = dataset::DeletedPolicy::retract; });
  deliver(3, 4);
  forward();
  const Plan plan = reduced(3);
  ASSERT_TRUE(source_->remove(key_of(1)));
  EXPECT_EQ(retract(1), Outcome::Kind::deferred) << "only the run knows it by now";
  ASSERT_TRUE(promote_run(*site_, *repository_, plan));
  EXPECT_EQ(retract(1), Outcome::Kind::retracted);
  EXPECT_EQ(retract(1), Outcome::Kind::unchanged) << "nobody can have it any more";
}

TEST_F(MeanwhileTest, AttributesOfAGroupAboveTheDatasetAreNotOverwritten) {
  reopen([](auto& file) { file.identity.group = "/a/b"; });
  const Plan plan = reduced(2);
  commit_to_main([](auto& session) {
    if (session.kind("/")) return;
    ASSERT_TRUE(session.set_group("/", zarr::zarr_json_group(Json::object())));
  });
  ASSERT_TRUE(promote_run(*site_, *repository_, plan)) << "a group without attributes is what the run made, too";

  deliver(2, 4);
  const Plan next = partition_inventory(*site_, request(100))->plan;
  ASSERT_TRUE(initialize_run(*site_, next));
  const auto partition = *fork_partition(*site_, *repository_, next, 0);
  work(partition, 0, 2);
  ASSERT_TRUE(reduce_partition(*site_, *repository_, partition.work));
  commit_to_main(
      [](auto& session) { ASSERT_TRUE(session.set_group("/a", zarr::zarr_json_group({{"curator", "somebody"}}))); });
  expect_conflict(next, "/a");
}

TEST_F(MeanwhileTest, AttributesThatSomebodyGaveTheDatasetAreNotOverwritten) {
  const Plan plan = reduced(2);
  deliver(2, 3);
  auto processor = DatasetProcessor::create(file_, {.threads = 1});
  ASSERT_TRUE(run_pipeline(file_, *source_, **processor, *make_memory_queue(), {}));
  commit_to_main([](auto& session) {
    Json attributes = *session.attributes("/");
    attributes["curator"] = "somebody";
    ASSERT_TRUE(session.set_group("/", zarr::zarr_json_group(attributes)));
  });
  expect_conflict(plan, "curator");
}

TEST_F(MeanwhileTest, HistoryThatARunIsReadFromDoesNotExpire) {
  const Plan plan = reduced(3);
  UpkeepOptions options;
  options.older_than_us = system_clock().now_us() + hour_us;
  options.minimum_age_us = -2 * hour_us;
  const auto kept = keep_store(*repository_, file_.gc, options);
  ASSERT_TRUE(kept) << kept.error().text();
  const auto state = read_run_state(*repository_, plan);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->partitions.size(), 1U);
  ASSERT_TRUE(promote_run(*site_, *repository_, plan));
  EXPECT_EQ(contents(file_), serial());
}

TEST_F(MeanwhileTest, ChunksOfOldChildrenMayBeCollected) {
  const auto partition = forked(2);
  const auto done = work(partition, 0, 2);
  rewrite_child(done.child_key, [](Child& child) {
    auto content = child.changes.content();
    icechunk::RefTable refs(content.chunks[0].refs.rank());
    for (std::size_t row = 0; row < content.chunks[0].refs.size(); ++row) {
      refs.append_native(content.chunks[0].refs.index(row), icechunk::ChunkId{}, 0, 8);
    }
    content.chunks[0].refs = std::move(refs);
    child.changes = icechunk::Fork(content);
  });
  ManualClock later(system_clock().now_us() + 30 * hour_us);
  reopen([](auto&) {}, later);
  expect_refused(partition, ErrorKind::not_found, {"garbage collection"});
  if (HasFailure()) return;
  const auto report = run(100);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(contents(file_), serial());
}

}  // namespace
}  // namespace vdp::backfill
