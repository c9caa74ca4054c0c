// The pipeline in one process: a real file of netCDF-C in a source in memory, a repository in memory.
#include "pipeline/dataset_processor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "pipeline/processor_conformance.h"
#include "pipeline/run.h"
#include "queue/granule_message.h"
#include "queue/memory_queue.h"
#include "store/forwarding_store.h"
#include "store/open_store.h"

namespace vdp {
namespace {

/// time(3) = 0, 1, 2 days since 2000-01-01; v(time, lat).
Bytes netcdf_file() {
  std::ifstream file(VDP_HDF5_TESTDATA "/netcdf.nc", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Puts another version in the place of the object once its beginning has been read.
class ReplacedWhileRead final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Result<ObjectData> get_first(std::string_view key, std::uint64_t) override {
    constexpr std::uint64_t too_few_bytes = 512;
    auto first = inner()->get_first(key, too_few_bytes);
    EXPECT_TRUE(inner()->put(key, netcdf_file()));
    return first;
  }
};

class DatasetProcessorTest : public testing::Test {
 protected:
  DatasetProcessorTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    source_ = *open_store("memory://source-" + name);
    const std::string text = "[store]\nurl = \"memory://store-" + name + "/\"\n[source]\nprefix = \"memory://source-" +
                             name +
                             "/\"\npattern = \"{part:re:[a-z]}.nc\"\n[axis.time]\nkind = \"grow\"\nfrom = \"value\"\n";
    auto file = dataset::parse_dataset_file(text, "/data/dataset.toml", {}, [](const auto&) { return std::nullopt; });
    EXPECT_TRUE(file) << dataset::to_error("", file.error()).text();
    file_ = std::move(*file);
  }

  std::unique_ptr<DatasetProcessor> make_processor() {
    auto made = DatasetProcessor::create(file_, {});
    EXPECT_TRUE(made) << made.error().text();
    return std::move(*made);
  }

  RunReport run() {
    auto processor = make_processor();
    auto report = run_pipeline(file_, *source_, *processor, *queue_, {});
    EXPECT_TRUE(report) << report.error().text();
    return *report;
  }

  Granule granule(const std::string& key) {
    const auto info = source_->head(key).value();
    return {source_->url() + key, key, info.size, info.etag, info.last_modified_us};
  }

  QueuePtr queue_ = make_memory_queue();
  dataset::DatasetFile file_;
  ObjectStorePtr source_;
};

TEST_F(DatasetProcessorTest, WritesOnceAndThenHasNothingToDo) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  const auto first = run();
  EXPECT_TRUE(first.created);
  EXPECT_EQ(first.forward.outcomes.written, 1U) << first.forward.not_written.front().reason;
  EXPECT_EQ(first.forward.commits, 1U);
  const auto second = run();
  EXPECT_EQ(second.enqueued, 0U);
  EXPECT_EQ(second.forward.commits, 0U);
  EXPECT_EQ(second.forward.outcomes.unchanged, 1U);
}

TEST_F(DatasetProcessorTest, ADryRunWritesNothing) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  auto processor = make_processor();
  const auto report = run_pipeline(file_, *source_, *processor, *queue_, {.dry_run = true, .forward = {}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->enqueued, 1U);
  EXPECT_TRUE(processor->target()->list("")->empty());
}

TEST_F(DatasetProcessorTest, TwoFilesForTheSameSlotsAreNotBothWritten) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  ASSERT_TRUE(source_->put("b.nc", netcdf_file()));
  const auto report = run();
  EXPECT_EQ(report.forward.outcomes.written, 1U);
  ASSERT_EQ(report.forward.not_written.size(), 1U);
  EXPECT_NE(report.forward.not_written[0].reason.find("belongs to"), std::string::npos);
}

TEST_F(DatasetProcessorTest, AFileReplacedWhileItIsReadIsNotWritten) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  const auto schema = make_processor()->derive_schema(granule("a.nc"));
  ASSERT_TRUE(schema) << schema.error().text();
  const PrepareContext context{file_, file_.axes[0], std::make_shared<ReplacedWhileRead>(source_), system_clock()};
  auto shaped = shape_granule(context, granule("a.nc"));
  const auto prepared = shaped ? prepare_granule(context, schema->store, std::move(*shaped))
                               : Result<PreparedGranule>(std::unexpected(shaped.error()));
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().kind, ErrorKind::conflict) << prepared.error().text();
}

TEST_F(DatasetProcessorTest, AFileThatIsNamedWithoutAVersionIsReadEachTime) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  const auto processor = make_processor();
  const std::vector<Granule> candidates = {granule("a.nc")};
  auto repository = processor->initialize_store(candidates);
  ASSERT_TRUE(repository) << repository.error().text();
  const Granule named{source_->url() + "a.nc", "a.nc", 0, "", 0};
  const auto forward_again = [&] {
    EXPECT_TRUE(queue_->send(std::vector{encode_granule(named)}));
    const auto report = forward(*processor, *repository, *queue_, {});
    EXPECT_TRUE(report) << report.error().text();
    return report->outcomes;
  };
  EXPECT_EQ(forward_again().written, 1U);
  EXPECT_EQ(forward_again().unchanged, 1U);
  for (int version = 0; version < 2; ++version) {
    ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
    EXPECT_EQ(forward_again().replaced, 1U);
    EXPECT_EQ(forward_again().unchanged, 1U);
  }
}

TEST_F(DatasetProcessorTest, AConflictIsSettledByReplay) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  auto slow = make_processor();
  const std::vector<Granule> batch = {granule("a.nc")};
  auto repository = slow->initialize_store(batch);
  ASSERT_TRUE(repository) << repository.error().text();
  auto session = slow->initialize_session(*repository);
  ASSERT_TRUE(slow->process_files(*session, batch, {}));

  EXPECT_EQ(run().forward.outcomes.written, 1U);  // somebody else is first

  const auto lost = slow->commit_processed_files(*session, {});
  ASSERT_TRUE(lost);
  EXPECT_TRUE(std::holds_alternative<icechunk::CommitConflict>(*lost));
  session = slow->initialize_session(*repository);
  const auto outcomes = slow->process_files(*session, batch, {});
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(outcomes->front().kind, Outcome::Kind::unchanged);
  const auto nothing = slow->commit_processed_files(*session, *outcomes);
  EXPECT_TRUE(std::holds_alternative<icechunk::NothingToCommit>(*nothing));
}

TEST_F(DatasetProcessorTest, NamesItsGranulesByTheirUris) {
  const auto processor = make_processor();
  const std::string prefix = source_->url();
  EXPECT_EQ(processor->granule_at(prefix + "a.nc").value().key, "a.nc");
  EXPECT_EQ(processor->granule_at(prefix + "%61.nc").value().uri, prefix + "a.nc");
  EXPECT_NE(processor->granule_at(prefix + "readme.txt").error().text().find("readme.txt"), std::string::npos);
  EXPECT_NE(processor->granule_at("s3://elsewhere/a.nc").error().text().find("source.prefix"), std::string::npos);
}

/// A clock on which every look takes a second.
class TickingClock final : public Clock {
 public:
  TimestampUs now_us() override { return now_us_ += 1'000'000; }
  void sleep_us(std::int64_t) override {}

 private:
  TimestampUs now_us_ = 0;
};

/// The axis has its values from the files: nobody knows the order of those that were not read.
TEST_F(DatasetProcessorTest, WhereTheOrderIsNotKnownNothingIsWrittenThatMayOvertake) {
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  ASSERT_TRUE(source_->put("b.nc", netcdf_file()));
  const std::vector<Granule> batch = {granule("a.nc"), granule("b.nc")};
  auto made = DatasetProcessor::create(file_, {.threads = 1});
  auto& processor = **made;
  auto repository = processor.initialize_store(batch);
  ASSERT_TRUE(repository) << repository.error().text();
  auto session = processor.initialize_session(*repository);
  TickingClock clock;
  const auto outcomes = processor.process_files(*session, batch, Deadline(clock, 2'000'000));
  ASSERT_TRUE(outcomes);
  for (const Outcome& outcome : *outcomes) {
    EXPECT_EQ(outcome.kind, Outcome::Kind::deferred);
    EXPECT_NE(outcome.reason.find("too little time"), std::string::npos) << outcome.reason;
  }
  EXPECT_FALSE(session->has_changes());
}

TEST_F(DatasetProcessorTest, WhatWasPutIntoASessionAndNotCommittedIsForgotten) {
  file_.forward.deleted = dataset::DeletedPolicy::retract;
  ASSERT_TRUE(source_->put("a.nc", netcdf_file()));
  const Granule a = granule("a.nc");
  EXPECT_EQ(run().forward.outcomes.written, 1U);
  auto processor = make_processor();
  auto repository = processor->find_store();
  ASSERT_TRUE(repository && *repository);
  ASSERT_TRUE(source_->remove("a.nc"));
  for (int attempt = 0; attempt < 2; ++attempt) {  // the first one is given up
    auto session = processor->initialize_session(**repository);
    const auto outcome = processor->retract_file(*session, a);
    ASSERT_TRUE(outcome && *outcome);
    EXPECT_EQ((*outcome)->kind, Outcome::Kind::retracted);
    EXPECT_EQ(processor->retract_file(*session, a).value()->kind, Outcome::Kind::unchanged);
  }
}

TEST_F(DatasetProcessorTest, WithoutAFileThatCanBeReadEachHasItsReason) {
  ASSERT_TRUE(source_->put("a.nc", to_bytes("text")));
  ASSERT_TRUE(source_->put("b.nc", Bytes(1000, 0)));
  const auto report = run();
  EXPECT_FALSE(report.created);
  EXPECT_EQ(report.forward.outcomes.rejected, 2U);
}

/// One file that fits, and one that is none, under a growing axis.
ProcessorCase dataset_case() {
  const ObjectStorePtr source = *open_store("memory://conformance-source");
  EXPECT_TRUE(source->put("a.nc", netcdf_file()));
  EXPECT_TRUE(source->put("b.nc", to_bytes("no netCDF")));
  const auto granule = [&](const std::string& key) {
    const ObjectInfo info = *source->head(key);
    return Granule{source->url() + key, key, info.size, info.etag, info.last_modified_us};
  };
  const auto in_new_store = []() -> ProcessorCase::Factory {
    static int number = 0;
    const std::string text = fmt::format(
        "[store]\nurl = \"memory://conformance-{}/\"\n[source]\nprefix = \"memory://conformance-source/\"\n"
        "pattern = \"{{part:re:[a-z]}}.nc\"\n[axis.time]\nkind = \"grow\"\nfrom = \"value\"\n",
        ++number);
    const auto file =
        dataset::parse_dataset_file(text, "/data/dataset.toml", {}, [](const auto&) { return std::nullopt; });
    return [file = *file] { return std::move(*DatasetProcessor::create(file, {})); };
  };
  return {"Dataset", in_new_store, {granule("a.nc")}, granule("b.nc")};
}

INSTANTIATE_TEST_SUITE_P(Dataset, ProcessorConformance, testing::Values(dataset_case()), processor_case_name);

}  // namespace
}  // namespace vdp
