// What the tests of the stages share: stores in memory, and a real file of netCDF-C under many names.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "pipeline/backfill/child.h"
#include "pipeline/backfill/fork_stage.h"
#include "pipeline/backfill/initialize_stage.h"
#include "pipeline/backfill/local_run.h"
#include "pipeline/backfill/partition_worker.h"
#include "pipeline/backfill/reduce_stage.h"
#include "pipeline/dataset_processor.h"
#include "pipeline/run.h"
#include "queue/memory_queue.h"
#include "store/open_store.h"

namespace vdp::backfill {

inline constexpr std::uint64_t steps_a_file = 3;

/// time(3) = 0, 1, 2 days since 2000-01-01; v(time, lat).
inline const Bytes& netcdf_file() {
  static const Bytes bytes = [] {
    std::ifstream file(VDP_HDF5_TESTDATA "/netcdf.nc", std::ios::binary);
    return Bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }();
  return bytes;
}

/// "20000104.nc" for 1: each file begins where the one before ends.
inline std::string key_of(std::uint64_t index) {
  const auto day = static_cast<TimestampUs>(946'684'800 + index * steps_a_file * 86'400) * 1'000'000;
  const std::string text = format_timestamp(day);
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + ".nc";
}

class BackfillTest : public testing::Test {
 protected:
  BackfillTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    source_ = *open_store("memory://source-" + name);
    artifacts_ = *open_store("memory://artifacts-" + name);
    file_ = dataset_file(name);
  }

  dataset::DatasetFile dataset_file(const std::string& store) const {
    const std::string text = fmt::format(
        "[store]\nurl = \"memory://store-{}/\"\n[source]\nprefix = \"{}\"\npattern = \"{{time:%Y%m%d}}.nc\"\n"
        "[axis.time]\nkind = \"regular\"\nstart = \"2000-01-01\"\nstep = \"1d\"\nfrom = \"pattern\"\n"
        "tolerance = \"40000d\"\n",
        store, source_->url());
    auto file = dataset::parse_dataset_file(text, "/data/dataset.toml", {}, [](const auto&) { return std::nullopt; });
    EXPECT_TRUE(file) << dataset::to_error("", file.error()).text();
    return *file;
  }

  void deliver(std::uint64_t first, std::uint64_t end) {
    for (std::uint64_t i = first; i < end; ++i) ASSERT_TRUE(source_->put(key_of(i), netcdf_file()));
  }

  PartitionRequest request(std::uint64_t partition_size = 4) const {
    return {"run", std::string(inventory_by_listing), partition_size, 0};
  }

  Result<LocalRunReport> run(std::uint64_t partition_size = 4, std::uint64_t tolerate = 0) const {
    LocalRunOptions options;
    options.request = request(partition_size);
    options.request.tolerate = tolerate;
    options.workers = 2;
    options.batch = 2;
    options.pause_us = 0;
    return run_locally(*site_, options);
  }

  /// Every node with its metadata, and where each chunk is: "/v [2, 0] memory://source/20000104.nc 1024+48".
  static std::vector<std::string> contents(const dataset::DatasetFile& file) {
    std::vector<std::string> lines;
    const auto target = *open_store(file.store.url);
    const auto repository = icechunk::Repository::open(target);
    EXPECT_TRUE(repository) << repository.error().text();
    const auto session = repository->readonly_session(icechunk::Branch{file.store.branch});
    EXPECT_TRUE(session) << session.error().text();
    for (const auto& node : session->nodes()) {
      lines.push_back(node.path + " " + *session->zarr_json(node.path));
      if (node.kind != icechunk::NodeKind::array) continue;
      const auto grid = session->array_metadata(node.path)->grid_shape();
      EXPECT_TRUE(session->for_each_ref(node.path, icechunk::ChunkBox::whole(grid), [&](const auto& ref) {
        const zarr::Shape index(ref.index.begin(), ref.index.end());
        std::string bytes;
        if (ref.kind != icechunk::ChunkRefKind::virtual_) {
          const auto chunk = session->read_chunk(node.path, index);
          for (const auto byte : **chunk) bytes += fmt::format("{:02x}", byte);
        }
        lines.push_back(
            fmt::format("{} {} {} {} {}+{}", node.path, fmt::join(index, ","), bytes, ref.url, ref.offset, ref.length));
      }));
    }
    return lines;
  }

  /// What the forward path makes of the same files in another store.
  std::vector<std::string> serial() const {
    const auto other = dataset_file(std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "-s");
    auto processor = DatasetProcessor::create(other, {.threads = 1});
    const auto report = run_pipeline(other, *source_, **processor, *make_memory_queue(), {});
    EXPECT_TRUE(report) << report.error().text();
    return contents(other);
  }

  /// A run of one partition that waits for its reduce: plan, branch, fork.
  ForkedPartition forked(std::uint64_t files) {
    deliver(0, files);
    const auto plan = partition_inventory(*site_, request(100))->plan;
    EXPECT_TRUE(initialize_run(*site_, plan));
    repository_ = *site_->open_repository();
    return *fork_partition(*site_, *repository_, plan, 0);
  }
  ItemsDone work(const ForkedPartition& forked, std::uint64_t begin, std::uint64_t end) {
    const auto worker = PartitionWorker::open(*site_, *repository_, forked.work);
    EXPECT_TRUE(worker) << worker.error().text();
    const auto done = worker->run({forked.items.begin() + static_cast<std::ptrdiff_t>(begin),
                                   forked.items.begin() + static_cast<std::ptrdiff_t>(end)},
                                  {});
    EXPECT_TRUE(done) << done.error().text();
    return *done;
  }
  /// Nothing was committed, and the error says all of `words`.
  void expect_refused(const ForkedPartition& forked, ErrorKind kind, const std::vector<std::string>& words) {
    const auto reduced = reduce_partition(*site_, *repository_, forked.work);
    ASSERT_FALSE(reduced);
    EXPECT_EQ(reduced.error().kind, kind) << reduced.error().text();
    for (const std::string& word : words) {
      EXPECT_NE(reduced.error().text().find(word), std::string::npos) << word << " in: " << reduced.error().text();
    }
    EXPECT_EQ(*repository_->resolve(icechunk::Branch{"backfill-run"}), forked.work.base);
  }
  /// The child with something changed in it.
  void rewrite_child(const std::string& key, const std::function<void(Child&)>& change) {
    auto child = decode_child(artifacts_->get(key)->bytes);
    ASSERT_TRUE(child) << child.error().text();
    change(*child);
    ASSERT_TRUE(artifacts_->put(key, encode_child(*child)));
  }

  /// The forward path over all that was delivered.
  void forward() const {
    const auto processor = DatasetProcessor::create(file_, {.threads = 1});
    ASSERT_TRUE(processor) << processor.error().text();
    const auto report = run_pipeline(file_, *source_, **processor, *make_memory_queue(), {});
    ASSERT_TRUE(report) << report.error().text();
  }

  /// All stages behind initialize.
  Result<Promoted> do_partitions_and_promote(const Plan& plan) const {
    VDP_ASSIGN(auto repository, site_->open_repository());
    for (std::uint64_t i = 0; i < plan.partitions.size(); ++i) {
      VDP_ASSIGN(const auto forked, fork_partition(*site_, repository, plan, i));
      VDP_ASSIGN(const auto worker, PartitionWorker::open(*site_, repository, forked.work));
      VDP_TRY(worker.run(forked.items, {}));
      VDP_TRY(reduce_partition(*site_, repository, forked.work));
    }
    return promote_run(*site_, repository, plan);
  }

  void SetUp() override { site_ = *Site::open(file_, artifacts_, 1); }
  /// The same with other rules in the dataset file, or another clock.
  void reopen(const std::function<void(dataset::DatasetFile&)>& change, Clock& clock = system_clock()) {
    change(file_);
    site_ = *Site::open(file_, artifacts_, 1, clock);
  }
  /// The keys as a JSON array; where it is.
  static std::string inventory_of(const std::vector<std::string>& keys) {
    const std::string folder =
        fmt::format("memory://lists-{}/", testing::UnitTest::GetInstance()->current_test_info()->name());
    EXPECT_TRUE((*open_store(folder))->put("list.json", as_bytes(Json(keys).dump())));
    return folder + "list.json";
  }
  Result<LocalRunReport> run_of(const std::string& inventory, std::uint64_t tolerate = 0) const {
    LocalRunOptions options;
    options.request = {"run", inventory, 4, tolerate};
    options.workers = 2;
    options.batch = 2;
    options.pause_us = 0;
    return run_locally(*site_, options);
  }

  ObjectStorePtr source_;
  ObjectStorePtr artifacts_;
  dataset::DatasetFile file_;
  std::optional<Site> site_;
  std::optional<icechunk::Repository> repository_;
};

}  // namespace vdp::backfill
