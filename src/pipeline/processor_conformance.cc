#include "pipeline/processor_conformance.h"

#include "queue/granule_message.h"
#include "queue/memory_queue.h"

namespace vdp {
namespace {

bool is_in_store(const Outcome& outcome) { return outcome.changes_store() || outcome.kind == Outcome::Kind::unchanged; }

}  // namespace

void ProcessorConformance::SetUp() {
  make_ = GetParam().in_new_store();
  writer_ = make_();
  ASSERT_NE(writer_, nullptr);
  auto made = writer_->initialize_store(GetParam().granules);
  ASSERT_TRUE(made) << made.error().text();
  repository_ = std::move(*made);
  queue_ = make_memory_queue();
}

ForwardReport ProcessorConformance::forward(const std::vector<Granule>& granules) {
  std::vector<std::string> bodies;
  for (const Granule& granule : granules) bodies.push_back(encode_granule(granule));
  EXPECT_TRUE(queue_->send(bodies));
  auto report = vdp::forward(*writer_, *repository_, *queue_, {});
  EXPECT_TRUE(report) << report.error().text();
  return report.value_or(ForwardReport{});
}

std::size_t ProcessorConformance::count_snapshots() {
  const auto history = repository_->history(icechunk::Branch{"main"});
  EXPECT_TRUE(history) << history.error().text();
  return history ? history->size() : 0;
}

TEST_P(ProcessorConformance, HasAName) { EXPECT_FALSE(writer_->name().empty()); }

TEST_P(ProcessorConformance, MakesItsStoreOnce) {
  const std::size_t snapshots = count_snapshots();
  const auto again = make_()->initialize_store(GetParam().granules);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(count_snapshots(), snapshots);
}

TEST_P(ProcessorConformance, WritesABatchInOneCommit) {
  const std::size_t snapshots = count_snapshots();
  const auto report = forward(GetParam().granules);
  EXPECT_EQ(report.outcomes.written, GetParam().granules.size());
  EXPECT_EQ(count_snapshots(), snapshots + 1);
}

TEST_P(ProcessorConformance, TheSameFileAgainIsNoSecondCopy) {
  forward(GetParam().granules);
  const auto again = forward(GetParam().granules);
  EXPECT_EQ(again.outcomes.written, 0U);
  EXPECT_EQ(again.outcomes.unchanged + again.outcomes.replaced, GetParam().granules.size());
}

TEST_P(ProcessorConformance, AMisfitIsRejectedWithAReasonAndHoldsBackNoOther) {
  std::vector<Granule> batch = GetParam().granules;
  batch.insert(batch.begin(), GetParam().misfit);
  const auto report = forward(batch);
  EXPECT_EQ(report.outcomes.written, GetParam().granules.size());
  EXPECT_EQ(report.outcomes.rejected, 1U);
  const auto letters = queue_->dead_letters(10);
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_FALSE(letters->front().reason.empty());
}

TEST_P(ProcessorConformance, NothingToWriteIsNoCommit) {
  const std::size_t snapshots = count_snapshots();
  EXPECT_EQ(forward({GetParam().misfit}).outcomes.rejected, 1U);
  EXPECT_EQ(count_snapshots(), snapshots);
}

TEST_P(ProcessorConformance, WhoLosesARaceWritesAgainOnTheNewTip) {
  const auto slow = make_();
  auto session = slow->initialize_session(*repository_);
  ASSERT_TRUE(session) << session.error().text();
  ASSERT_TRUE(slow->process_files(*session, GetParam().granules, {}));

  forward(GetParam().granules);  // somebody else is first

  const auto lost = slow->commit_processed_files(*session, {});
  ASSERT_TRUE(lost) << lost.error().text();
  EXPECT_TRUE(std::holds_alternative<icechunk::CommitConflict>(*lost));
  session = slow->initialize_session(*repository_);
  ASSERT_TRUE(session) << session.error().text();
  const auto outcomes = slow->process_files(*session, GetParam().granules, {});
  ASSERT_TRUE(outcomes) << outcomes.error().text();
  for (const Outcome& outcome : *outcomes) EXPECT_TRUE(is_in_store(outcome)) << outcome.reason;
  const auto settled = slow->commit_processed_files(*session, *outcomes);
  ASSERT_TRUE(settled) << settled.error().text();
  EXPECT_FALSE(std::holds_alternative<icechunk::CommitConflict>(*settled));
}

}  // namespace vdp
