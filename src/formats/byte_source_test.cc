#include "formats/byte_source.h"

#include <gtest/gtest.h>

#include "formats/hdf5/testdata.h"
#include "formats/parse.h"
#include "store/counting_store.h"
#include "store/memory_store.h"

namespace vdp {
namespace {

constexpr ReadPlan small_plan{
    .whole_file_bytes = 0, .first_read_bytes = 100, .merge_gap_bytes = 10, .read_ahead_bytes = 16};

Bytes counting(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

struct Opened {
  std::shared_ptr<CountingStore> store;
  std::unique_ptr<ByteSource> source;

  Result<std::vector<Bytes>> read(const std::vector<ByteRange>& ranges) const { return source->read(ranges); }
};

Opened open_object(const Bytes& bytes, const ReadPlan& plan) {
  Opened opened{std::make_shared<CountingStore>(make_memory_store()), nullptr};
  EXPECT_TRUE(opened.store->put("file", bytes));
  opened.store->forget();
  auto source = open_source(opened.store, "file", plan);
  EXPECT_TRUE(source) << source.error().text();
  if (source) opened.source = std::move(*source);
  return opened;
}

TEST(RemoteSource, OpensWithOneRequestThatTellsAllAboutTheObject) {
  const Opened opened = open_object(counting(1000), small_plan);
  EXPECT_EQ(opened.store->operations(), std::vector<std::string>{"get_first 100"});
  EXPECT_EQ(opened.source->size(), 1000U);
  EXPECT_FALSE(opened.source->location().etag.empty());
  const auto& counters = opened.source->counters;
  EXPECT_EQ(counters.requests, 1U);
  EXPECT_EQ(counters.rounds, 1U);
  EXPECT_EQ(counters.bytes, 100U);
}

TEST(RemoteSource, AnswersWhatItHoldsOutOfMemory) {
  const Opened opened = open_object(counting(1000), small_plan);
  opened.store->forget();
  const auto parts = opened.read({{10, 5}, {0, 100}, {50, 0}});
  ASSERT_TRUE(parts) << parts.error().text();
  EXPECT_EQ((*parts)[0], (Bytes{10, 11, 12, 13, 14}));
  EXPECT_EQ((*parts)[1], counting(100));
  EXPECT_TRUE((*parts)[2].empty());
  EXPECT_TRUE(opened.store->operations().empty());
}

TEST(RemoteSource, JoinsWhatIsMissingAndAsksForNothingTwice) {
  const Opened opened = open_object(counting(256), small_plan);
  opened.store->forget();
  const auto parts = opened.read({{200, 5}, {90, 20}, {115, 5}, {210, 1}});
  ASSERT_TRUE(parts) << parts.error().text();
  const Bytes all = counting(256);
  EXPECT_EQ((*parts)[1], Bytes(all.begin() + 90, all.begin() + 110));
  EXPECT_EQ((*parts)[3], Bytes{210});
  EXPECT_EQ(opened.store->operations(), std::vector<std::string>{"get_ranges 100+20 200+11 of a version"});
  ASSERT_TRUE(opened.read({{100, 20}, {205, 6}}));
  EXPECT_EQ(opened.store->operations().size(), 1U);
  EXPECT_EQ(opened.source->counters.rounds, 2U);
  EXPECT_EQ(opened.source->counters.requests, 3U);
}

TEST(RemoteSource, RangesBeyondTheEndAreCorrupt) {
  const Opened opened = open_object(counting(50), small_plan);
  for (const ByteRange range : {ByteRange{50, 1}, {51, 0}, {0, 51}, {UINT64_MAX, 2}}) {
    const auto parts = opened.read({range});
    ASSERT_FALSE(parts) << range.offset << "+" << range.length;
    EXPECT_EQ(parts.error().kind, ErrorKind::corrupt);
  }
}

TEST(RemoteSource, AReplacedObjectIsAConflict) {
  const Opened opened = open_object(counting(200), small_plan);
  ASSERT_TRUE(opened.store->put("file", counting(200)));
  ASSERT_TRUE(opened.read({{0, 100}}));  // of the first version still
  EXPECT_EQ(opened.read({{100, 1}}).error().kind, ErrorKind::conflict);
}

TEST(RemoteSource, LetsGoOfWhatIsTooMuch) {
  const Opened opened = open_object(Bytes(12 << 20), small_plan);
  ASSERT_TRUE(opened.read({{0, 10 << 20}}));
  opened.store->forget();
  ASSERT_TRUE(opened.read({{0, 10}}));
  EXPECT_EQ(opened.store->operations().size(), 1U);
}

TEST(RemoteSource, ASmallFileIsParsedInOneRound) {
  const Opened opened = open_object(hdf5::read_testdata("netcdf.nc"), remote_read_plan());
  const auto tree = parse_source(*opened.source, "auto");
  ASSERT_TRUE(tree) << tree.error().text();
  EXPECT_EQ(opened.source->counters.rounds, 1U);
  EXPECT_EQ(opened.source->counters.requests, 1U);
}

TEST(RemoteSource, AFileThatIsCheapToReadWholeTakesTwoRounds) {
  ReadPlan plan = small_plan;
  plan.whole_file_bytes = 1 << 20;
  for (const char* name : {"netcdf.nc", "classic.h5"}) {
    const Bytes bytes = hdf5::read_testdata(name);
    const Opened opened = open_object(bytes, plan);
    const auto tree = parse_source(*opened.source, "auto");
    ASSERT_TRUE(tree) << tree.error().text();
    EXPECT_EQ(opened.source->counters.rounds, 2U) << name;
    EXPECT_EQ(opened.source->counters.requests, 2U) << name;
    EXPECT_EQ(opened.source->counters.bytes, bytes.size()) << name;
  }
}

TEST(RemoteSource, SmallReadsTakeNoMoreThanTheFile) {
  for (const char* name : {"netcdf.nc", "classic.h5"}) {
    const Bytes bytes = hdf5::read_testdata(name);
    const Opened opened = open_object(bytes, small_plan);
    const auto tree = parse_source(*opened.source, "auto");
    ASSERT_TRUE(tree) << tree.error().text();
    EXPECT_LE(opened.source->counters.bytes, bytes.size()) << name;
  }
}

}  // namespace
}  // namespace vdp
