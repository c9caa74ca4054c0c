#include "discover/inventory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "discover/csv_rows.h"
#include "store/open_store.h"

namespace vdp {
namespace {

Bytes gzip(std::string_view text) {
  Bytes packed(text.size() + 1000);
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

class InventoryTest : public testing::Test {
 protected:
  InventoryTest() {
    name_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    store_ = *open_store("memory://" + name_);
    source_.prefix = "s3://bucket/imerg/";
    source_.pattern = *dataset::Pattern::compile("{time:%Y}/{time:%Y%m%d}.nc");
    source_.identity = {"time"};
  }

  void put(const std::string& key, std::string_view text) { ASSERT_TRUE(store_->put(key, as_bytes(text))); }
  Result<Inventory> load(const std::string& key) { return load_inventory(source_, "memory://" + name_ + "/" + key); }
  std::vector<std::string> keys(const std::string& key) {
    const auto inventory = load(key);
    EXPECT_TRUE(inventory) << inventory.error().text();
    std::vector<std::string> found;
    if (!inventory) return found;
    EXPECT_TRUE(inventory->findings.empty()) << inventory->findings.front();
    for (const auto& each : inventory->granules) found.push_back(each.granule.key);
    return found;
  }

  std::string name_;
  ObjectStorePtr store_;
  dataset::SourceSpec source_;
};

using Keys = std::vector<std::string>;
const Keys both = {"2020/20200101.nc", "2020/20200102.nc"};

TEST_F(InventoryTest, IsAnArrayOfKeysOfTheBucketOrThePrefixOrUrls) {
  put("a.json", R"(["imerg/2020/20200102.nc", "imerg/2020/20200101.nc"])");
  EXPECT_EQ(keys("a.json"), both);
  put("b.json", R"(  ["2020/20200101.nc", "s3://bucket/imerg/2020/20200102.nc"])");
  EXPECT_EQ(keys("b.json"), both);
  put("c.txt", "# two\n2020/20200101.nc\r\n\nimerg/2020/20200102.nc\n");
  EXPECT_EQ(keys("c.txt"), both);
}

TEST_F(InventoryTest, TakesSizesAndVersions) {
  put("a.json", R"([{"uri": "s3://bucket/imerg/2020/20200101.nc", "size": 5, "etag": "\"x\"",
                     "modified": "2020-01-02T00:00:00Z"}])");
  const auto json = load("a.json");
  ASSERT_TRUE(json) << json.error().text();
  const Granule& granule = json->granules.at(0).granule;
  EXPECT_EQ(granule.size, 5U);
  EXPECT_EQ(granule.etag, "\"x\"");
  EXPECT_EQ(granule.last_modified_us, 1'577'923'200'000'000);
  EXPECT_EQ(granule.uri, "s3://bucket/imerg/2020/20200101.nc");
  put("b.csv", "key,size,etag,modified\n2020/20200101.nc,5,\"\"\"x\"\"\",2020-01-02T00:00:00Z\n");
  const auto csv = load("b.csv");
  ASSERT_TRUE(csv) << csv.error().text();
  EXPECT_EQ(csv->granules.at(0).granule, granule);
}

TEST_F(InventoryTest, TellsAllFindings) {
  source_.pattern = *dataset::Pattern::compile("{time:%Y}/{time:%Y%m%d}{state:_p|}.nc");
  put("a.json", R"(["2020/20200101.nc", "2020/20200101.nc", "2020/20200101_p.nc", "2021/20200102.nc", "x.txt",
                    "s3://elsewhere/y.nc"])");
  const auto inventory = load("a.json");
  ASSERT_TRUE(inventory) << inventory.error().text();
  EXPECT_EQ(inventory->granules.size(), 1U);
  EXPECT_EQ(inventory->named, 6U);
  EXPECT_EQ(inventory->findings.size(), 5U) << fmt::format("{}", fmt::join(inventory->findings, "\n"));
}

TEST_F(InventoryTest, RefusesWhatItCannotUnderstand) {
  put("a.json", "[1]");
  EXPECT_NE(load("a.json").error().text().find("element 0: found number"), std::string::npos);
  put("b.json", R"([{"size": 1}])");
  EXPECT_EQ(load("b.json").error().kind, ErrorKind::invalid);
  put("c.json", R"(["2020/20200101.nc")");
  EXPECT_EQ(load("c.json").error().kind, ErrorKind::corrupt);
  put("d.json", R"([{"key": "2020/20200101.nc", "size": -1}])");
  EXPECT_EQ(load("d.json").error().kind, ErrorKind::invalid);
  put("e.csv", "key,size\n2020/20200101.nc\n");
  EXPECT_NE(load("e.csv").error().text().find("line 2: 1 fields, expected 2"), std::string::npos);
  EXPECT_EQ(load("none.json").error().kind, ErrorKind::not_found);
  EXPECT_EQ(load_inventory(source_, "memory://" + name_ + "/a.json", 2).error().kind, ErrorKind::limit);
}

constexpr const char* manifest = R"({"sourceBucket": "bucket", "destinationBucket": "arn:aws:s3:::lists",
  "fileFormat": "CSV", "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag",
  "files": [{"key": "lists/bucket/all/data/1.csv.gz", "size": 1}, {"key": "lists/bucket/all/data/2.csv.gz"}]})";

TEST_F(InventoryTest, OfS3IsReadWithTheFilesOfItsManifest) {
  const std::string folder = testing::TempDir() + "vdp-s3-inventory/";
  store_ = *open_store(folder);
  put("bucket/all/2026-11-22T01-00Z/manifest.json", manifest);
  const auto packed = gzip(
      "\"bucket\",\"imerg/2020/20200102.nc\",\"v\",\"true\",\"false\",\"7\",\"2020-01-03T00:00:00.000Z\",\"abc\"\n"
      "\"bucket\",\"imerg/2020/20200103.nc\",\"v\",\"false\",\"false\",\"7\",\"2020-01-03T00:00:00.000Z\",\"abc\"\n"
      "\"bucket\",\"other/a+file%2B.txt\",\"v\",\"true\",\"false\",\"7\",\"2020-01-03T00:00:00.000Z\",\"abc\"\n");
  ASSERT_TRUE(store_->put("bucket/all/data/1.csv.gz", packed));
  const auto more = gzip("\"bucket\",\"imerg/2020/2020%30101.nc\",\"v\",\"true\",\"false\",\"7\",\"\",\"abc\"\n");
  ASSERT_TRUE(store_->put("bucket/all/data/2.csv.gz", more));
  const auto inventory = load_inventory(source_, folder + "bucket/all/2026-11-22T01-00Z/manifest.json");
  ASSERT_TRUE(inventory) << inventory.error().text();
  ASSERT_EQ(inventory->granules.size(), 2U);
  EXPECT_EQ(inventory->granules[0].granule.key, both[0]);
  EXPECT_EQ(inventory->granules[1].granule.key, both[1]);
  EXPECT_EQ(inventory->granules[1].granule.etag, "\"abc\"");
  EXPECT_EQ(inventory->granules[1].granule.size, 7U);
  EXPECT_EQ(inventory->elsewhere, 1U);
  EXPECT_TRUE(inventory->findings.empty());
}

TEST_F(InventoryTest, OfS3InParquetIsNamedAsUnsupported) {
  put("manifest.json", R"({"fileFormat": "Parquet", "fileSchema": "x", "files": []})");
  const auto inventory = load("manifest.json");
  ASSERT_FALSE(inventory);
  EXPECT_EQ(inventory.error().kind, ErrorKind::unsupported);
  EXPECT_NE(inventory.error().text().find("Parquet"), std::string::npos);
}

TEST(CsvRows, TakesQuotesCommasAndLineEnds) {
  std::vector<std::vector<std::string>> rows;
  const auto collect = [&](const std::vector<std::string>& fields) -> Status {
    rows.push_back(fields);
    return {};
  };
  ASSERT_TRUE(for_each_csv_row("a,\"b,\"\"c\"\"\n\",\r\n\n,\n", collect));
  EXPECT_EQ(rows, (std::vector<std::vector<std::string>>{{"a", "b,\"c\"\n", ""}, {"", ""}}));
  EXPECT_EQ(for_each_csv_row("a\n\"b", collect).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(for_each_csv_row("\"b\"c", collect).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp
