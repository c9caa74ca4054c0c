#include "discover/list.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/memory_store.h"

namespace vdp {
namespace {

dataset::SourceSpec source_of(const std::string& words) {
  const auto file = dataset::parse_dataset_file("[source]\nprefix = 'memory://archive'\n" + words, "/d/dataset.toml",
                                                {}, [](const std::string&) { return std::optional<std::string>(); });
  EXPECT_TRUE(file) << dataset::to_error("test", file.error()).text();
  return file ? file->source : dataset::SourceSpec{};
}

ObjectStorePtr archive_with(const std::vector<std::string>& keys) {
  ObjectStorePtr store = make_memory_store("archive");
  for (const std::string& key : keys) EXPECT_TRUE(store->put(key, as_bytes("x" + key)));
  return store;
}

std::vector<std::string> keys_of(const Discovery& discovery) {
  std::vector<std::string> keys;
  for (const FoundGranule& found : discovery.granules) keys.push_back(found.granule.key);
  return keys;
}

TEST(List, FindsGranulesInTheOrderOfTheirIdentity) {
  const auto store = archive_with({"b/2001.nc", "a/2002.nc", "a/2000 x.nc", "a/2000.nc", "readme.txt"});
  const auto source = source_of("pattern = '{place:a|b}/{time:%Y}.nc'\nidentity = ['time', 'place']");
  const Discovery found = list_granules(*store, source).value();
  EXPECT_EQ(keys_of(found), (std::vector<std::string>{"a/2000.nc", "b/2001.nc", "a/2002.nc"}));
  EXPECT_EQ(found.granules[0].identity, "time=2000-01-01T00:00:00;place=a");
  EXPECT_EQ(found.granules[0].granule.uri, "memory://archive/a/2000.nc");
  EXPECT_EQ(found.granules[0].granule.size, 10U);
  EXPECT_FALSE(found.granules[0].granule.etag.empty());
  EXPECT_EQ(found.not_matching, 2U);
  EXPECT_EQ(found.not_matching_examples, (std::vector<std::string>{"a/2000 x.nc", "readme.txt"}));
}

TEST(List, OneGranuleUnderTwoKeysIsOne) {
  const auto store = archive_with({"6/f_2000010106.nc", "06/f_2000010106.nc", "12/f_2000010112.nc"});
  const auto source = source_of("pattern = '*/f_{time:%Y%m%d%H}.nc'");
  const Discovery found = list_granules(*store, source).value();
  EXPECT_EQ(found.granules.size(), 2U);
  ASSERT_EQ(found.duplicates.size(), 1U);
  EXPECT_NE(found.duplicates[0].reason.find("the same granule as"), std::string::npos);
}

TEST(List, PreferencesDecideBetweenDuplicates) {
  const auto store = archive_with({"2000_final.nc", "2000_prelim.nc", "2001_prelim.nc"});
  const auto words = "pattern = '{time:%Y}_{state:prelim|final}.nc'\nidentity = ['time']\nprefer = ['state=final']";
  const Discovery found = list_granules(*store, source_of(words)).value();
  EXPECT_EQ(keys_of(found), (std::vector<std::string>{"2000_final.nc", "2001_prelim.nc"}));
  ASSERT_EQ(found.duplicates.size(), 1U);
  EXPECT_EQ(found.duplicates[0].key, "2000_prelim.nc");
}

TEST(List, NewerWinsWithoutAPreference) {
  const auto source = source_of("pattern = '{time:%Y}_{v:d}.nc'\nidentity = ['time']");
  FoundGranule old{{"", "2000_1.nc", 1, "", 100}, source.pattern.match("2000_1.nc").fields, ""};
  FoundGranule young{{"", "2000_2.nc", 1, "", 200}, source.pattern.match("2000_2.nc").fields, ""};
  EXPECT_TRUE(preferred(source, young, old));
  EXPECT_FALSE(preferred(source, old, young));
  young.granule.last_modified_us = 100;
  EXPECT_TRUE(preferred(source, old, young));
}

TEST(List, LeavesOutWhatIsExcluded) {
  const auto store = archive_with({"2000_2000.nc", "2000_2001.nc", "2001_2002_test.nc", "2001_2002.nc"});
  const auto words = "pattern = '{s:%Y}_{e:%Y}{x:_test|}.nc'\nexclude = ['s == e', '*_test.nc']";
  const Discovery found = list_granules(*store, source_of(words)).value();
  EXPECT_EQ(keys_of(found), (std::vector<std::string>{"2000_2001.nc", "2001_2002.nc"}));
  EXPECT_EQ(found.excluded, 2U);
}

TEST(List, ReportsContradictions) {
  const auto store = archive_with({"2000/f_2000.nc", "2001/f_2000.nc"});
  const Discovery found = list_granules(*store, source_of("pattern = '{time:%Y}/f_{time:%Y}.nc'")).value();
  EXPECT_EQ(keys_of(found), (std::vector<std::string>{"2000/f_2000.nc"}));
  ASSERT_EQ(found.inconsistent.size(), 1U);
  EXPECT_EQ(found.inconsistent[0].key, "2001/f_2000.nc");
  EXPECT_NE(found.inconsistent[0].reason.find("'time'"), std::string::npos);
}

TEST(List, WithoutFieldsEveryKeyIsAGranule) {
  const auto store = archive_with({"b.nc", "a b.nc"});
  const Discovery found = list_granules(*store, source_of("pattern = '*.nc'")).value();
  EXPECT_EQ(keys_of(found), (std::vector<std::string>{"a b.nc", "b.nc"}));
  EXPECT_EQ(found.granules[0].granule.uri, "memory://archive/a%20b.nc");
}

/// Notes what of a listing was wanted, and tells it in pages of two keys.
class PagedStore final : public ObjectStore {
 public:
  explicit PagedStore(ObjectStorePtr inner) : inner_(std::move(inner)) {}
  std::string url() const override { return inner_->url(); }
  Result<ObjectInfo> head(std::string_view) override { return unsupported("head"); }
  Result<ObjectData> get(std::string_view) override { return unsupported("get"); }
  Result<Bytes> get_range(std::string_view, ByteRange, const std::optional<std::string>&) override {
    return unsupported("get_range");
  }
  Result<ObjectInfo> put(std::string_view, ByteView, const PutCondition&) override { return unsupported("put"); }
  Status copy(std::string_view, std::string_view, const std::optional<std::string>&) override {
    return unsupported("copy");
  }
  Status remove(std::string_view) override { return unsupported("remove"); }
  Result<std::vector<ObjectInfo>> list(std::string_view) override { return unsupported("list"); }
  Status list_scope(const ListScope& asked, const ListVisitor& visit) override {
    scope = asked;
    VDP_ASSIGN(const auto found, inner_->list(asked.prefix));
    for (std::size_t i = 0; i < found.size(); i += 2) {
      if (++pages == fails_at) return fail(ErrorKind::denied, "no more");
      VDP_TRY(visit({found.begin() + static_cast<std::ptrdiff_t>(i),
                     found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), i + 2))}));
    }
    return {};
  }

  ListScope scope;
  std::size_t pages = 0;     ///< that were told
  std::size_t fails_at = 0;  ///< page of which number is not there; 0: none

 private:
  ObjectStorePtr inner_;
};

TEST(List, ReadsPagesOfWhatThePatternCanMatch) {
  PagedStore store(
      archive_with({"in/2000/a.nc", "in/2001/b.nc", "in/2001/deep/c.nc", "in/2002/d.nc", "out/2003/e.nc"}));
  const auto source = source_of("pattern = 'in/{time:%Y}/*.nc'\nidentity = ['time']");
  const Discovery found = list_granules(store, source).value();
  EXPECT_EQ(keys_of(found), (std::vector<std::string>{"in/2000/a.nc", "in/2001/b.nc", "in/2002/d.nc"}));
  EXPECT_EQ(found.listed, 4U);
  EXPECT_EQ(found.not_matching, 1U);
  EXPECT_EQ(store.scope.prefix, "in/");
  EXPECT_TRUE(store.scope.wants_folder("in/2001/"));
  EXPECT_FALSE(store.scope.wants_folder("in/2001/deep/"));
  EXPECT_TRUE(store.scope.wants_key("in/2001/b.nc"));
  EXPECT_FALSE(store.scope.wants_key("in/2001/b.xml"));
}

TEST(List, EndsWhereEnoughIsFound) {
  PagedStore store(archive_with({"2000.nc", "2001.nc", "2002.nc", "2003.nc", "2004.nc"}));
  const auto source = source_of("pattern = '{time:%Y}.nc'");
  EXPECT_EQ(keys_of(list_granules(store, source, {.granules = 2}).value()),
            (std::vector<std::string>{"2000.nc", "2001.nc"}));
  EXPECT_EQ(store.pages, 1U);
  // Those that are too young are found on the way, and are not what is looked for.
  EXPECT_EQ(list_granules(store, source, {.granules = 1, .modified_by_us = 0}).value().granules.size(), 5U);
  store.pages = 0;
  store.fails_at = 2;
  EXPECT_EQ(list_granules(store, source, {.granules = 3}).error().kind, ErrorKind::denied);
}

TEST(List, LooksIntoAllFoldersWhereKeysMayLieAtAnyDepth) {
  PagedStore store(archive_with({"a/b/2000.nc"}));
  for (const char* pattern : {"**/{time:%Y}.nc", "{x:re:.*}/{time:%Y}.nc", "{x:a/b|c}/{time:%Y}.nc"}) {
    EXPECT_EQ(list_granules(store, source_of("pattern = '" + std::string(pattern) + "'"))->granules.size(), 1U);
    EXPECT_FALSE(store.scope.wants_folder) << pattern;
  }
}

}  // namespace
}  // namespace vdp
