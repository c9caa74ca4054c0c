#include "store/conformance.h"

namespace vdp {

void StoreReading::SetUp() {
  writer_ = GetParam().make_empty();
  ASSERT_NE(writer_, nullptr);
  store_ = GetParam().make_reader ? GetParam().make_reader(writer_) : writer_;
  ASSERT_NE(store_, nullptr);
}

ObjectInfo StoreReading::put(std::string_view key, std::string_view text) {
  const auto written = writer_->put(key, as_bytes(text));
  EXPECT_TRUE(written) << written.error().text();
  const auto info = store_->head(key);
  EXPECT_TRUE(info) << info.error().text();
  return info.value_or(ObjectInfo{});
}

std::string StoreReading::get(std::string_view key) {
  auto data = store_->get(key);
  EXPECT_TRUE(data) << data.error().text();
  return data ? std::string(as_text(data->bytes)) : "";
}

std::vector<std::string> StoreReading::keys(std::string_view prefix) {
  auto found = store_->list(prefix);
  EXPECT_TRUE(found) << found.error().text();
  std::vector<std::string> names;
  for (const auto& info : found.value_or(std::vector<ObjectInfo>{})) names.push_back(info.key);
  return names;
}

namespace {

TEST_P(StoreConformance, PutTellsWhatHeadTells) {
  const auto written = store_->put("a/b/c", as_bytes("some text"));
  ASSERT_TRUE(written) << written.error().text();
  const auto head = store_->head("a/b/c");
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(written->key, "a/b/c");
  EXPECT_EQ(written->size, 9u);
  EXPECT_EQ(written->etag, head->etag);
}

TEST_P(StoreConformance, WhatDoesNotExistCannotBeCopied) {
  put("present/x", "1");
  for (const char* key : {"missing", "present/y", "present/x/below", "present"}) {
    EXPECT_EQ(store_->copy(key, "to").error().kind, ErrorKind::not_found) << key;
  }
}

TEST_P(StoreConformance, ReplacesUnconditionally) {
  put("a", "a longer first version");
  put("a", "second");
  EXPECT_EQ(get("a"), "second");
  EXPECT_EQ(store_->head("a")->size, 6u);
}

TEST_P(StoreConformance, PutsAndRemovesManyAtOnce) {
  std::vector<NewObject> objects;
  std::vector<std::string> names;
  for (int i = 0; i < 25; ++i) {
    names.push_back("many/" + std::string(1, static_cast<char>('a' + i)) + (i % 2 == 0 ? "" : "/odd & key"));
    objects.push_back({names.back(), to_bytes("content of " + names.back())});
  }
  const auto written = store_->put_all(objects);
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(keys("many/").size(), names.size());
  for (const auto& name : names) EXPECT_EQ(get(name), "content of " + name);
  put("other", "stays");
  names.push_back("many/never-was");
  const auto removed = store_->remove_all(names);
  ASSERT_TRUE(removed) << removed.error().text();
  EXPECT_EQ(keys(""), std::vector<std::string>{"other"});
  EXPECT_TRUE(store_->put_all({}));
  EXPECT_TRUE(store_->remove_all({}));
  const std::vector<NewObject> bad = {{"good", to_bytes("x")}, {"../bad", to_bytes("x")}};
  EXPECT_EQ(store_->put_all(bad).error().kind, ErrorKind::invalid);
  const std::vector<std::string> bad_names = {"../bad"};
  EXPECT_EQ(store_->remove_all(bad_names).error().kind, ErrorKind::invalid);
}

TEST_P(StoreConformance, RemovesAndIsIdempotent) {
  put("dir/a", "1");
  EXPECT_TRUE(store_->remove("dir/a"));
  EXPECT_EQ(store_->head("dir/a").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store_->remove("dir/a"));
  EXPECT_TRUE(store_->remove("never/was/here"));
  EXPECT_TRUE(keys("").empty());
  put("dir/a", "2");
  EXPECT_EQ(get("dir/a"), "2");
}

TEST_P(StoreConformance, RefusesBadKeys) {
  for (const std::string key : bad_keys) {
    EXPECT_EQ(store_->put(key, {}).error().kind, ErrorKind::invalid) << key;
    EXPECT_EQ(store_->remove(key).error().kind, ErrorKind::invalid) << key;
    EXPECT_EQ(store_->copy(key, "to").error().kind, ErrorKind::invalid) << key;
  }
  EXPECT_EQ(store_->put(std::string("a\0b", 3), {}).error().kind, ErrorKind::invalid);
  std::string deep = "a";
  while (deep.size() < 100'000) deep += "/a";
  EXPECT_EQ(store_->put(deep, {}).error().kind, ErrorKind::invalid);
  put("from", "x");
  EXPECT_EQ(store_->copy("from", "../to").error().kind, ErrorKind::invalid);
  EXPECT_EQ(keys(""), std::vector<std::string>{"from"});
}

}  // namespace
}  // namespace vdp
