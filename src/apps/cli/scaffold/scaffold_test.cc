#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "apps/cli/scaffold/dataset_scaffold.h"
#include "apps/cli/scaffold/new_files.h"
#include "apps/cli/scaffold/processor_scaffold.h"
#include "apps/cli/scaffold/sample_file.h"
#include "dataset/dataset_file.h"

namespace vdp::cli {
namespace {

dataset::DatasetFile loaded(const DatasetDraft& draft) {
  const auto text = dataset_scaffold(draft);
  EXPECT_TRUE(text) << text.error().text();
  auto file = dataset::parse_dataset_file(*text, "/rain/dataset.toml", {}, [](const auto&) { return std::nullopt; });
  EXPECT_TRUE(file) << describe(file.error().front());
  return *file;
}

class ScaffoldTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST(DatasetScaffold, LoadsAndHoldsWhatWasAskedFor) {
  const auto file = loaded({"rain", "s3://bucket/rain/", "{time:%Y}/rain_{time:%Y%m%d}.nc"});
  EXPECT_EQ(file.identity.name, "rain");
  EXPECT_EQ(file.source.prefix, "s3://bucket/rain/");
  EXPECT_EQ(file.source.pattern.text(), "{time:%Y}/rain_{time:%Y%m%d}.nc");
}

TEST(DatasetScaffold, NamesTheAxisByThePatternsOneTime) {
  EXPECT_EQ(loaded({"rain", "data/", "{valid:%Y%m%d}_{member:02d}.nc"}).axes.front().name, "valid");
  EXPECT_EQ(loaded({"rain", "data/", "{first:%Y}-{last:%Y}.nc"}).axes.front().name, "time");
  EXPECT_EQ(loaded({"rain"}).axes.front().name, "time");
}

TEST(DatasetScaffold, KeepsBackslashesAndQuotes) {
  EXPECT_EQ(loaded({"rain", "data/", R"({tile:re:h\d{2}"?}.nc)"}).source.pattern.text(), R"({tile:re:h\d{2}"?}.nc)");
}

TEST(DatasetScaffold, RefusesWhatWouldNotLoad) {
  EXPECT_EQ(dataset_scaffold({"rain", "data/", "{time:%Q}.nc"}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(dataset_scaffold({"rain", "a\nb", "*"}).error().kind, ErrorKind::invalid);
}

TEST(DatasetScaffold, TakesTheAxisAndTheGroupThatAreSaid) {
  const auto file = loaded({"rain", "data/", "{time:%Y%m%d}.nc", "/Grid", "valid"});
  EXPECT_EQ(file.axes.front().name, "valid");
  EXPECT_EQ(file.parse.group, "/Grid");
}

TEST(PatternOfName, FindsTheFinestWayInWhichTheTimeIsWritten) {
  const auto calendar = dataset::Calendar::standard;
  const dataset::DateTime noon = {{2020, 1, 31}, 12, 0, 0, 0};
  const auto of = [&](std::string_view name) { return pattern_of_name(name, "time", noon, calendar).value_or("none"); };
  EXPECT_EQ(of("rain_20200131.nc"), "rain_{time:%Y%m%d}.nc");
  EXPECT_EQ(of("rain_20200131120000_v1.nc"), "rain_{time:%Y%m%d%H%M%S}_v1.nc");
  EXPECT_EQ(of("a20200131T12.20200131T12.nc"), "a{time:%Y%m%dT%H}.{time:%Y%m%dT%H}.nc");
  EXPECT_EQ(of("A2020031.hdf"), "A{time:%Y%j}.hdf");
  EXPECT_EQ(of("2020-01-31.nc"), "{time:%Y-%m-%d}.nc");
}

TEST(PatternOfName, TakesNothingThatTheTimeDoesNotProve) {
  const auto calendar = dataset::Calendar::standard;
  const dataset::DateTime noon = {{2020, 1, 31}, 12, 0, 0, 0};
  for (const auto* name : {"rain_20200201.nc", "rain_2020.nc", "rain.nc", "a{20200131}.nc", "*20200131.nc"}) {
    EXPECT_EQ(pattern_of_name(name, "time", noon, calendar), std::nullopt) << name;
  }
}

TEST(DatasetScaffold, TakesVariablesThatAreSetLater) {
  EXPECT_TRUE(dataset_scaffold({"rain", "s3://$VDP_NOT_SET_IN_TESTS/rain/", "*"}));
}

TEST(NewName, IsOneThatFoldersAndCodeCanHave) {
  for (const auto* name : {"rain", "rain-2", "a_b", "r"}) EXPECT_TRUE(check_new_name(name)) << name;
  for (const auto* name : {"", "Rain", "2rain", "-rain", "../rain", "a/b", "a b", "r\xC3\xA4in"}) {
    EXPECT_FALSE(check_new_name(name)) << name;
  }
  EXPECT_FALSE(check_new_name(std::string(65, 'a')));
}

TEST_F(ScaffoldTest, WritesAllFilesOrNone) {
  const std::string first = folder_ / "a" / "1", second = folder_ / "b";
  ASSERT_TRUE(write_new_files({{first, "one"}, {second, "two"}}));
  std::filesystem::remove(first);
  const auto refused = write_new_files({{first, "one"}, {second, "three"}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(second), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(first));
  std::filesystem::create_symlink("nowhere", first);
  EXPECT_FALSE(write_new_files({{first, "one"}}));
}

TEST_F(ScaffoldTest, RenamesTheSample) {
  const auto sample = folder_ / "sample";
  std::filesystem::create_directories(sample);
  std::ofstream(sample / "CMakeLists.txt")
      << "add_library(vdp_processor_sample sample_processor.cc) # TEST_PREFIX sample.";
  std::ofstream(sample / "sample_processor.cc") << "#include \"processors/sample/sample_processor.h\"\n"
                                                << "class SampleProcessor { name() { return \"sample\"; } };";
  const auto files = processor_scaffold(folder_, "rain-2d");
  ASSERT_TRUE(files) << files.error().text();
  const auto made = folder_ / "rain-2d";
  EXPECT_EQ(*files, (NewFiles{{made / "CMakeLists.txt",
                               "add_library(vdp_processor_rain_2d rain_2d_processor.cc) # TEST_PREFIX rain-2d."},
                              {made / "rain_2d_processor.cc",
                               "#include \"processors/rain-2d/rain_2d_processor.h\"\n"
                               "class Rain2dProcessor { name() { return \"rain-2d\"; } };"}}));
}

TEST_F(ScaffoldTest, RefusesTakenNamesAndNoSourceTree) {
  EXPECT_EQ(processor_scaffold(folder_, "rain").error().kind, ErrorKind::not_found);
  EXPECT_EQ(processor_scaffold(folder_, "sample").error().kind, ErrorKind::invalid);
  EXPECT_EQ(processor_scaffold(folder_, "dataset").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace vdp::cli
