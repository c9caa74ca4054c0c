// The conformance suite over a real S3 server: tests/test_store_conformance.py starts one and names it in
// VDP_TEST_S3_URL ("s3://bucket/"), beside AWS's own variables. Without it there is nothing to run here.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>

#include "store/conformance.h"
#include "store/open_store.h"
#include "store/s3_store.h"

namespace vdp {
namespace {

/// A prefix of its own for each test.
ObjectStorePtr make_empty_s3() {
  static std::atomic<int> number = 0;
  const auto store = open_s3_store(fmt::format("{}empty {}+/", std::getenv("VDP_TEST_S3_URL"), ++number), {});
  EXPECT_TRUE(store) << store.error().text();
  return store.value_or(nullptr);
}

std::vector<StoreCase> cases() {
  if (std::getenv("VDP_TEST_S3_URL") == nullptr) return {};
  return {{.name = "s3", .make_empty = make_empty_s3, .racing_threads = 4}};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreReading);
INSTANTIATE_TEST_SUITE_P(S3, StoreConformance, testing::ValuesIn(cases()), store_case_name);
INSTANTIATE_TEST_SUITE_P(S3, StoreReading, testing::ValuesIn(cases()), store_case_name);

class S3Server : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("VDP_TEST_S3_URL") == nullptr) GTEST_SKIP() << "no S3 server is named";
  }
};

TEST_F(S3Server, ListsMoreThanOnePage) {
  const auto store = make_empty_s3();
  std::vector<NewObject> objects;
  std::vector<std::string> keys;
  for (int i = 0; i < 1203; ++i) {
    keys.push_back(fmt::format("page/{:05}", i));
    objects.push_back({keys.back(), to_bytes("x")});
  }
  ASSERT_TRUE(store->put_all(objects));
  const auto listed = store->list("page/");
  ASSERT_TRUE(listed) << listed.error().text();
  ASSERT_EQ(listed->size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ((*listed)[i].key, keys[i]);
  std::size_t rest = 0;
  ASSERT_TRUE(store->list_pages("page/", keys[1100], [&](const auto& page) -> Status {
    rest += page.size();
    return {};
  }));
  EXPECT_EQ(rest, keys.size() - 1101);
  const auto removed = store->remove_all(keys);
  ASSERT_TRUE(removed) << removed.error().text();
  EXPECT_TRUE(store->list("")->empty());
}

TEST_F(S3Server, PutsLargeObjectsInParts) {
  const std::string url = std::string(std::getenv("VDP_TEST_S3_URL")) + "parts/";
  auto options = s3_store_options(url, {});
  ASSERT_TRUE(options) << options.error().text();
  options->multipart_from_bytes = 6 << 20;
  options->part_bytes = 5 << 20;
  const auto store = make_s3_store(*options);
  Bytes large(12 << 20);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 2654435761U >> 24);
  ASSERT_TRUE(store->remove("large"));

  const auto made = store->put("large", large, PutCondition::create_only());
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->size, large.size());
  EXPECT_EQ(made->etag, store->head("large")->etag);
  EXPECT_EQ(store->get("large")->bytes, large);
  EXPECT_EQ(store->put("large", large, PutCondition::create_only()).error().kind, ErrorKind::conflict);
  large[0] ^= 1;
  const auto replaced = store->put("large", large, PutCondition::replace_only(made->etag));
  ASSERT_TRUE(replaced) << replaced.error().text();
  EXPECT_EQ(store->put("large", large, PutCondition::replace_only("\"stale\"")).error().kind, ErrorKind::conflict);
  EXPECT_EQ(store->get("large")->bytes, large);
  EXPECT_TRUE(store->put("large", large));
  EXPECT_TRUE(store->remove("large"));
}

TEST_F(S3Server, NamesABucketThatIsNotThere) {
  const auto store = open_s3_store("s3://a-bucket-that-is-not-there/", {});
  ASSERT_TRUE(store) << store.error().text();
  const auto listed = (*store)->list("");
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().kind, ErrorKind::not_found) << listed.error().text();
  EXPECT_NE(listed.error().text().find("a-bucket-that-is-not-there"), std::string::npos);
}

}  // namespace
}  // namespace vdp
