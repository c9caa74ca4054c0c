// The part of the suite that only reads; what is to be read may be put there through another store.
#include <limits>

#include "store/conformance.h"

namespace vdp {
namespace {

TEST_P(StoreReading, UrlEndsInSlash) { EXPECT_TRUE(store_->url().ends_with('/')) << store_->url(); }

TEST_P(StoreReading, GivesBackWhatWasPut) {
  const std::string text("\0\xff binary \n", 12);
  put("a/b/c", text);
  EXPECT_EQ(get("a/b/c"), text);
  const auto head = store_->head("a/b/c");
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->key, "a/b/c");
  EXPECT_EQ(head->size, text.size());
  EXPECT_FALSE(head->etag.empty());
  const auto data = store_->get("a/b/c");
  ASSERT_TRUE(data);
  EXPECT_EQ(data->info.etag, head->etag);
  EXPECT_EQ(data->info.last_modified_us, head->last_modified_us);
}

TEST_P(StoreReading, TellsAPlausibleTime) {
  constexpr TimestampUs hour_us = 3'600'000'000;
  const TimestampUs now_us = system_clock().now_us();
  EXPECT_NEAR(static_cast<double>(put("a", "x").last_modified_us), static_cast<double>(now_us),
              static_cast<double>(hour_us));
}

TEST_P(StoreReading, HoldsAnEmptyObject) {
  put("empty", "");
  EXPECT_EQ(get("empty"), "");
  EXPECT_EQ(store_->head("empty")->size, 0u);
  const auto nothing = store_->get_range("empty", {0, 0});
  ASSERT_TRUE(nothing) << nothing.error().text();
  EXPECT_TRUE(nothing->empty());
  EXPECT_EQ(keys(""), std::vector<std::string>{"empty"});
}

TEST_P(StoreReading, MissingObjectsAreNotFoundByName) {
  put("present/x", "1");
  for (const char* key : {"missing", "present/y", "present/x/below", "present"}) {
    const auto data = store_->get(key);
    ASSERT_FALSE(data) << key;
    EXPECT_EQ(data.error().kind, ErrorKind::not_found) << data.error().text();
    EXPECT_NE(data.error().text().find(key), std::string::npos) << data.error().text();
    EXPECT_EQ(store_->head(key).error().kind, ErrorKind::not_found) << key;
    EXPECT_EQ(store_->get_range(key, {0, 1}).error().kind, ErrorKind::not_found) << key;
  }
}

TEST_P(StoreReading, ReadsRanges) {
  put("a", "0123456789");
  const auto text = [&](ByteRange range) {
    const auto bytes = store_->get_range("a", range);
    EXPECT_TRUE(bytes) << bytes.error().text();
    return bytes ? std::string(as_text(*bytes)) : "";
  };
  EXPECT_EQ(text({0, 10}), "0123456789");
  EXPECT_EQ(text({3, 4}), "3456");
  EXPECT_EQ(text({9, 1}), "9");
  EXPECT_EQ(text({4, 0}), "");
  EXPECT_EQ(text({10, 0}), "");
}

TEST_P(StoreReading, RangesPastTheEndAreCorrupt) {
  put("a", "0123456789");
  constexpr auto huge = std::numeric_limits<std::uint64_t>::max();
  for (const ByteRange range : {ByteRange{0, 11}, {9, 2}, {10, 1}, {11, 0}, {1000, 5}, {huge, 1}, {1, huge}}) {
    const auto bytes = store_->get_range("a", range);
    ASSERT_FALSE(bytes) << range.offset << "+" << range.length;
    EXPECT_EQ(bytes.error().kind, ErrorKind::corrupt) << bytes.error().text();
  }
}

TEST_P(StoreReading, RangesOfAnotherVersionConflict) {
  const std::string old_etag = put("a", "old").etag;
  EXPECT_TRUE(store_->get_range("a", {0, 3}, old_etag));
  const std::string new_etag = put("a", "new").etag;
  const auto stale = store_->get_range("a", {0, 3}, old_etag);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, ErrorKind::conflict);
  EXPECT_EQ(as_text(*store_->get_range("a", {0, 3}, new_etag)), "new");
}

TEST_P(StoreReading, ReadsSeveralRangesOfOneVersion) {
  const std::string etag = put("a", "0123456789").etag;
  const std::vector<ByteRange> ranges = {{8, 2}, {0, 3}, {5, 0}, {1, 1}};
  const auto parts = store_->get_ranges("a", ranges, etag);
  ASSERT_TRUE(parts) << parts.error().text();
  ASSERT_EQ(parts->size(), 4u);
  EXPECT_EQ(as_text((*parts)[0]), "89");
  EXPECT_EQ(as_text((*parts)[1]), "012");
  EXPECT_EQ(as_text((*parts)[2]), "");
  EXPECT_EQ(as_text((*parts)[3]), "1");
  EXPECT_TRUE(store_->get_ranges("a", {})->empty());
  const std::vector<ByteRange> beyond = {{0, 1}, {8, 5}};
  EXPECT_EQ(store_->get_ranges("a", beyond).error().kind, ErrorKind::corrupt);
  put("a", "another one");
  EXPECT_EQ(store_->get_ranges("a", ranges, etag).error().kind, ErrorKind::conflict);
  EXPECT_EQ(store_->get_ranges("missing", ranges).error().kind, ErrorKind::not_found);
}

TEST_P(StoreReading, ReadsTheBeginningWithWhatHeadTells) {
  put("a", "0123456789");
  const ObjectInfo head = *store_->head("a");
  for (const std::uint64_t length : {1, 4, 10, 11, 1'000'000}) {
    const auto first = store_->get_first("a", length);
    ASSERT_TRUE(first) << first.error().text();
    EXPECT_EQ(as_text(first->bytes), std::string_view("0123456789").substr(0, length));
    EXPECT_EQ(first->info.key, "a");
    EXPECT_EQ(first->info.size, 10u);
    EXPECT_EQ(first->info.etag, head.etag);
    EXPECT_EQ(first->info.last_modified_us, head.last_modified_us);
  }
  put("empty", "");
  const auto nothing = store_->get_first("empty", 100);
  ASSERT_TRUE(nothing) << nothing.error().text();
  EXPECT_TRUE(nothing->bytes.empty());
  EXPECT_EQ(nothing->info.size, 0u);
  EXPECT_EQ(store_->get_first("missing", 10).error().kind, ErrorKind::not_found);
}

TEST_P(StoreReading, ReadsAgainOnlyWhatChanged) {
  const std::string etag = put("a", "one").etag;
  const auto same = store_->get_if_changed("a", etag);
  ASSERT_TRUE(same) << same.error().text();
  EXPECT_FALSE(*same);
  const std::string newer = put("a", "two").etag;
  const auto changed = store_->get_if_changed("a", etag);
  ASSERT_TRUE(changed) << changed.error().text();
  ASSERT_TRUE(*changed);
  EXPECT_EQ(as_text((*changed)->bytes), "two");
  EXPECT_EQ((*changed)->info.etag, newer);
  ASSERT_TRUE(writer_->remove("a"));
  EXPECT_EQ(store_->get_if_changed("a", newer).error().kind, ErrorKind::not_found);
}

TEST_P(StoreReading, ListsByPagesFromAKeyOn) {
  for (const char* key : {"p/a", "p/b", "p/c/d", "p/e", "q"}) put(key, key);
  const auto visited = [&](std::string_view prefix, std::string_view after) {
    std::vector<std::string> found;
    const auto listed = store_->list_pages(prefix, after, [&](std::vector<ObjectInfo> page) -> Status {
      for (const auto& object : page) found.push_back(object.key);
      return {};
    });
    EXPECT_TRUE(listed) << listed.error().text();
    return found;
  };
  using Keys = std::vector<std::string>;
  EXPECT_EQ(visited("p/", ""), (Keys{"p/a", "p/b", "p/c/d", "p/e"}));
  EXPECT_EQ(visited("p/", "p/b"), (Keys{"p/c/d", "p/e"}));
  EXPECT_EQ(visited("p/", "p/c"), (Keys{"p/c/d", "p/e"}));
  EXPECT_EQ(visited("p/", "p/e"), Keys{});
  EXPECT_EQ(visited("", "p/e"), Keys{"q"});
  const auto stopped = store_->list_pages("p/", "", [](const auto&) -> Status { return unsupported("enough"); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::unsupported);
}

TEST_P(StoreReading, ListsInByteOrderOfKeys) {
  // '-' (2d) < '.' (2e) < '/' (2f) < '0' (30): directories must not be taken for units of the order.
  const std::vector<std::string> expected = {"a-b", "a.b", "a/b", "a/b-c", "a/b.c/d", "a0", "b/c/d", "\xc3\xa9"};
  for (auto key = expected.rbegin(); key != expected.rend(); ++key) put(*key, *key);
  EXPECT_EQ(keys(""), expected);
  const auto found = store_->list("b");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  const auto head = store_->head("b/c/d");
  EXPECT_EQ((*found)[0].etag, head->etag);
  EXPECT_EQ((*found)[0].size, head->size);
  EXPECT_EQ((*found)[0].last_modified_us, head->last_modified_us);
}

TEST_P(StoreReading, PrefixesAreStringsNotDirectories) {
  using Keys = std::vector<std::string>;
  for (const char* key : {"ab/c", "ab/cd", "abc", "b", "..c", "ab/..d"}) put(key, "x");
  EXPECT_EQ(keys("ab"), (Keys{"ab/..d", "ab/c", "ab/cd", "abc"}));
  EXPECT_EQ(keys("ab/"), (Keys{"ab/..d", "ab/c", "ab/cd"}));
  EXPECT_EQ(keys("ab/c"), (Keys{"ab/c", "ab/cd"}));
  EXPECT_EQ(keys(".."), (Keys{"..c"}));
  EXPECT_EQ(keys("ab/.."), (Keys{"ab/..d"}));
  EXPECT_EQ(keys("x"), Keys{});
  EXPECT_EQ(keys("b/"), Keys{});
  EXPECT_EQ(keys("abc/d/e"), Keys{});
}

TEST_P(StoreReading, HoldsOddKeys) {
  const std::vector<std::string> odd = {"a b",       "a%20b",     "a+b",  "a&b=c?d#e", "\xe6\x97\xa5/\xf0\x9f\xa7\x8a",
                                        "...",       "..a",       "-rf",  "a\\b",      "quote\"'`",
                                        "new\nline", "~/.config", "C:/x", "a%2Fb",     "a*b"};
  for (const auto& key : odd) put(key, key);
  for (const auto& key : odd) EXPECT_EQ(get(key), key);
  EXPECT_EQ(keys("").size(), odd.size());
}

TEST_P(StoreReading, RefusesBadKeysAndPrefixes) {
  for (const std::string key : bad_keys) {
    EXPECT_EQ(store_->get(key).error().kind, ErrorKind::invalid) << key;
    EXPECT_EQ(store_->get_range(key, {0, 0}).error().kind, ErrorKind::invalid) << key;
    EXPECT_EQ(store_->get_first(key, 1).error().kind, ErrorKind::invalid) << key;
    EXPECT_EQ(store_->head(key).error().kind, ErrorKind::invalid) << key;
  }
  for (const std::string prefix : {"/", "../", "a//", "a/../b", "./"}) {
    EXPECT_EQ(store_->list(prefix).error().kind, ErrorKind::invalid) << prefix;
  }
}

}  // namespace
}  // namespace vdp
