// The tests that come with a processor.
#include "processors/sample/sample_processor.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "pipeline/forward.h"
#include "pipeline/processor_conformance.h"
#include "processors/sample/fake_dataset.h"
#include "queue/granule_message.h"
#include "queue/memory_queue.h"
#include "store/memory_store.h"

namespace vdp::sample {
namespace {

/// A store in memory, a queue in memory, and the processor between them.
class SampleProcessorTest : public testing::Test {
 protected:
  static Granule granule(const std::string& key) {
    Granule made;
    made.key = key;
    made.uri = "s3://bucket/" + key;
    made.etag = "\"1\"";
    return made;
  }

  ForwardReport forward(const std::vector<std::string>& keys) {
    std::vector<std::string> bodies;
    for (const auto& key : keys) bodies.push_back(encode_granule(granule(key)));
    EXPECT_TRUE(queue_->send(bodies));
    auto repository = processor_.initialize_store({});
    EXPECT_TRUE(repository);
    ForwardOptions options;
    options.batch = 2;
    auto report = vdp::forward(processor_, *repository, *queue_, options);
    EXPECT_TRUE(report) << report.error().text();
    return *report;
  }

  icechunk::Session read() {
    auto repository = icechunk::Repository::open(store_);
    EXPECT_TRUE(repository);
    auto session = repository->readonly_session(icechunk::Branch{"main"});
    EXPECT_TRUE(session);
    return std::move(*session);
  }

  ObjectStorePtr store_ = make_memory_store("sample");
  QueuePtr queue_ = make_memory_queue();
  SampleProcessor processor_{store_};
};

TEST_F(SampleProcessorTest, PlacesEachFileAtItsNumberInOneCommitABatch) {
  const auto report = forward({"a.2.bin", "a.0.bin", "a.1.bin"});
  EXPECT_EQ(report.outcomes.written, 3U);
  EXPECT_EQ(report.commits, 2U);
  const auto session = read();
  for (std::uint64_t slot = 0; slot < 3; ++slot) {
    const auto ref = session.chunk_ref("/value", {slot, 0});
    ASSERT_TRUE(ref && *ref);
    const auto& chunk = std::get<icechunk::VirtualChunk>(**ref);
    EXPECT_EQ(chunk.location.url, fmt::format("s3://bucket/a.{}.bin", slot));
    EXPECT_EQ(chunk.offset, 16U);
    EXPECT_EQ(chunk.length, points * 4);
  }
}

TEST_F(SampleProcessorTest, ReplacesAFileThatComesAgain) {
  forward({"a.0.bin"});
  EXPECT_EQ(forward({"a.0.bin"}).outcomes.replaced, 1U);
}

TEST_F(SampleProcessorTest, RejectsAFileWithoutANumberAndCommitsTheRest) {
  const auto report = forward({"a.0.bin", "readme.txt"});
  EXPECT_EQ(report.outcomes.written, 1U);
  EXPECT_EQ(report.outcomes.rejected, 1U);
  const auto letters = queue_->dead_letters(10);
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_NE(letters->front().reason.find("readme.txt"), std::string::npos);
}

TEST_F(SampleProcessorTest, OffersNoBackfillAndSaysSo) {
  EXPECT_EQ(processor_.open_backfill_repo().error().kind, ErrorKind::unsupported);
}

/// What every processor must do: name files of yours that fit, and one that does not.
ProcessorCase sample_case() {
  const auto granule = [](const std::string& key) { return Granule{"s3://bucket/" + key, key, 0, "\"1\"", 0}; };
  const auto in_new_store = []() -> ProcessorCase::Factory {
    return [store = make_memory_store("sample")] { return std::make_unique<SampleProcessor>(store); };
  };
  return {"Sample", in_new_store, {granule("a.0.bin"), granule("a.1.bin")}, granule("readme.txt")};
}

INSTANTIATE_TEST_SUITE_P(Sample, ProcessorConformance, testing::Values(sample_case()), processor_case_name);

TEST(SlotOf, ReadsTheNumberBeforeTheLastDot) {
  EXPECT_EQ(slot_of("a.12.bin").value(), 12U);
  EXPECT_EQ(slot_of("dir/x000007.nc").value(), 7U);
  EXPECT_FALSE(slot_of("a.nc"));
  EXPECT_FALSE(slot_of("a.99999999999999999999.nc"));
}

}  // namespace
}  // namespace vdp::sample
