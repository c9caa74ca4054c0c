#include "store/http_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "store/conformance.h"
#include "store/memory_store.h"
#include "store/test_http_files.h"

namespace vdp {
namespace {

HttpStoreOptions options_for(const Url& root) {
  HttpStoreOptions options;
  options.root = root;
  HttpClientOptions http;
  http.policy = AddressPolicy({root});
  options.exchange.client = std::make_shared<HttpClient>(std::move(http));
  options.exchange.throttle = std::make_shared<HostThrottle>(system_clock());
  options.exchange.retry.max_attempts = 3;
  options.exchange.retry.first_pause_us = 1000;
  return options;
}

/// A server over a memory store, and the store that reads it.
struct Served {
  explicit Served(HttpHabits habits = {}, std::uint64_t max_unranged_bytes = 1 << 20)
      : files(make_memory_store()), server(files, habits) {
    HttpStoreOptions options = options_for(server.server().url());
    options.max_unranged_bytes = max_unranged_bytes;
    store = make_http_store(std::move(options));
  }
  void put(const std::string& key, const std::string& text) { EXPECT_TRUE(files->put(key, as_bytes(text))); }

  ObjectStorePtr files;
  HttpFiles server;
  ObjectStorePtr store;
};

/// Keeps the server alive as long as the store that reads it.
ObjectStorePtr reader_of(ObjectStorePtr files) {
  const auto server = std::make_shared<HttpFiles>(std::move(files));
  auto store = make_http_store(options_for(server->server().url()));
  return ObjectStorePtr(store.get(), [server, store](ObjectStore*) {});
}

INSTANTIATE_TEST_SUITE_P(Http, StoreReading,
                         testing::Values(StoreCase{.name = "http",
                                                   .make_empty = [] { return make_memory_store(); },
                                                   .make_reader = reader_of}),
                         store_case_name);

TEST(HttpStore, OpensAnObjectWithOneRequest) {
  Served served;
  served.put("a b/x.nc", "0123456789");
  const auto first = served.store->get_first("a b/x.nc", 4);
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(as_text(first->bytes), "0123");
  EXPECT_EQ(first->info.size, 10U);
  ASSERT_EQ(served.server.server().requests().size(), 1U);
  const std::string request = served.server.server().requests()[0];
  EXPECT_TRUE(request.starts_with("GET /a%20b/x.nc HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nRange: bytes=0-3\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("\r\nAccept-Encoding: identity\r\n"), std::string::npos) << request;
}

TEST(HttpStore, SeveralRangesAreUnderWayTogether) {
  Served served;
  served.put("x", std::string(1000, 'x'));
  served.server.server().gather(4);
  const std::vector<ByteRange> ranges = {{0, 10}, {100, 10}, {200, 10}, {300, 10}};
  const auto parts = served.store->get_ranges("x", ranges);
  ASSERT_TRUE(parts) << parts.error().text();
  EXPECT_EQ(served.server.server().most_waiting(), 4U);
}

TEST(HttpStore, AnythingThatWritesIsUnsupportedByName) {
  Served served;
  const auto put = served.store->put("x.nc", as_bytes("1"));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind, ErrorKind::unsupported);
  EXPECT_NE(put.error().text().find("put http://127.0.0.1"), std::string::npos) << put.error().text();
  EXPECT_EQ(served.store->copy("a", "b").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(served.store->remove("a").error().kind, ErrorKind::unsupported);
  EXPECT_TRUE(served.server.server().requests().empty());
}

class WithoutStrongEtags : public testing::TestWithParam<HttpHabits> {};

TEST_P(WithoutStrongEtags, TheTimeOfModificationIsTheVersion) {
  Served served(GetParam());
  ManualClock clock(1'700'000'000'000'000);
  served.files = make_memory_store("timed", clock);
  HttpFiles timed(served.files, GetParam());
  const auto store = make_http_store(options_for(timed.server().url()));
  served.put("x", "0123456789");
  const auto head = store->head("x");
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->etag, "");
  const auto version = version_of(*head);
  ASSERT_TRUE(version);
  EXPECT_TRUE(store->get_range("x", {2, 3}, version));
  clock.sleep_us(5'000'000);
  served.put("x", "ABCDEFGHIJ");
  const auto replaced = store->get_range("x", {2, 3}, version);
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().kind, ErrorKind::conflict) << replaced.error().text();
}

INSTANTIATE_TEST_SUITE_P(HttpStore, WithoutStrongEtags,
                         testing::Values(HttpHabits{.has_etags = false}, HttpHabits{.has_weak_etags = true},
                                         HttpHabits{.knows_conditions = false, .has_etags = false}));

TEST(HttpStore, VersionsAreComparedWhereTheServerKnowsNoConditions) {
  Served served({.knows_conditions = false});
  served.put("x", "0123456789");
  const std::string etag = served.store->head("x")->etag;
  served.put("x", "ABCDEFGHIJ");
  EXPECT_EQ(served.store->get_range("x", {0, 2}, etag).error().kind, ErrorKind::conflict);
}

TEST(HttpStore, AServerWithoutRangesIsReadWholeUpToABound) {
  Served served({.knows_ranges = false}, 100);
  served.put("small", std::string(50, 'a') + "bcd");
  served.put("large", std::string(101, 'a'));
  EXPECT_EQ(as_text(*served.store->get_range("small", {50, 2})), "bc");
  EXPECT_EQ(served.store->get_range("small", {50, 4}).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(served.store->get_first("small", 10)->bytes.size(), 10U);
  EXPECT_EQ(served.store->get_first("large", 10).error().kind, ErrorKind::limit);
  EXPECT_EQ(served.store->get_range("large", {0, 10}).error().kind, ErrorKind::limit);
  EXPECT_TRUE(served.store->get("large"));
}

/// What a store makes of one answer to everything.
Error refusal(const std::string& answer) {
  TestServer server([&](const std::string&) { return TestReply{answer, TestReply::Then::close}; });
  const auto store = make_http_store(options_for(server.url()));
  const auto bytes = store->get_range("x", {2, 3}, "\"v\"");
  EXPECT_FALSE(bytes);
  return bytes ? Error{} : bytes.error();
}

TEST(HttpStore, AnswersThatLieAreRefused) {
  const std::string head = "HTTP/1.1 206 Part\r\nETag: \"v\"\r\n";
  EXPECT_EQ(refusal(head + "Content-Range: bytes 0-2/10\r\nContent-Length: 3\r\n\r\nabc").kind, ErrorKind::corrupt);
  EXPECT_EQ(refusal(head + "Content-Range: bytes 2-4/10\r\nContent-Length: 2\r\n\r\nab").kind, ErrorKind::transient);
  EXPECT_EQ(refusal(head + "Content-Range: bytes 2-4/10\r\nContent-Length: 3\r\n\r\na").kind, ErrorKind::transient);
  EXPECT_EQ(refusal(head + "Content-Length: 3\r\n\r\nabc").kind, ErrorKind::corrupt);
  EXPECT_EQ(refusal(head + "Content-Range: bytes 2-4/*\r\nContent-Length: 3\r\n\r\nabc").kind, ErrorKind::unsupported);
  EXPECT_EQ(
      refusal(head + "Content-Encoding: gzip\r\nContent-Range: bytes 2-4/10\r\nContent-Length: 3\r\n\r\nabc").kind,
      ErrorKind::unsupported);
  EXPECT_EQ(
      refusal("HTTP/1.1 206 P\r\nETag: \"w\"\r\nContent-Range: bytes 2-4/10\r\nContent-Length: 3\r\n\r\nabc").kind,
      ErrorKind::conflict);
}

TEST(HttpStore, StatusesSayWhatMayBeDone) {
  const auto kind = [](int status) { return refusal(http_answer(status, "")).kind; };
  EXPECT_EQ(kind(401), ErrorKind::denied);
  EXPECT_EQ(kind(403), ErrorKind::denied);
  EXPECT_EQ(kind(404), ErrorKind::not_found);
  EXPECT_EQ(kind(410), ErrorKind::not_found);
  EXPECT_EQ(kind(412), ErrorKind::conflict);
  EXPECT_EQ(kind(416), ErrorKind::corrupt);
  EXPECT_EQ(kind(503), ErrorKind::transient);
  EXPECT_EQ(kind(418), ErrorKind::unsupported);
}

TEST(HttpStore, AnUnavailableServerIsAskedAgain) {
  std::atomic<int> asked = 0;
  TestServer server([&](const std::string&) {
    return ++asked < 3 ? TestReply{http_answer(503, "")} : TestReply{http_answer(200, "0123456789", "ETag: \"v\"\r\n")};
  });
  const auto bytes = make_http_store(options_for(server.url()))->get_range("x", {2, 3}, "\"v\"");
  ASSERT_TRUE(bytes) << bytes.error().text();
  EXPECT_EQ(as_text(*bytes), "234");
  EXPECT_EQ(asked, 3);
}

TEST(HttpStore, ARedirectToAnotherHostIsRefused) {
  const Error error = refusal("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(error.kind, ErrorKind::denied) << error.text();
}

TEST(HttpStore, CredentialsComeWithEveryRequest) {
  Served served;
  served.put("x", "1");
  HttpStoreOptions options = options_for(served.server.server().url());
  options.credentials = [] { return std::vector<CredentialHeader>{{"Authorization", Secret("Bearer abc")}}; };
  ASSERT_TRUE(make_http_store(std::move(options))->list(""));
  for (const std::string& request : served.server.server().requests()) {
    EXPECT_NE(request.find("\r\nAuthorization: Bearer abc\r\n"), std::string::npos) << request;
  }
}

TEST(HttpStore, AsksOnlyForWhatTheScopeWants) {
  Served served;
  for (const char* key : {"2020/a.nc", "2020/a.xml", "2020/deep/b.nc", "2021/c.nc", "readme"}) served.put(key, "text");
  std::vector<ObjectInfo> found;
  const ListScope scope{.prefix = "2020/",
                        .wants_folder = [](std::string_view folder) { return folder == "2020/"; },
                        .wants_key = [](std::string_view key) { return key.ends_with(".nc"); }};
  const auto listed = served.store->list_scope(scope, [&](std::vector<ObjectInfo> page) -> Status {
    found.insert(found.end(), page.begin(), page.end());
    return {};
  });
  ASSERT_TRUE(listed) << listed.error().text();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].size, 4U);
  EXPECT_EQ(found[1].key, "2020/a.xml");
  EXPECT_EQ(found[1].etag, "");
  EXPECT_EQ(served.server.server().requests().size(), 2U);  // one page, one HEAD
}

TEST(HttpStore, TheUrlIsAFolder) {
  EXPECT_EQ((*open_http_store("https://host/data", {}))->url(), "https://host/data/");
  EXPECT_EQ(open_http_store("https://host/data/?token=1", {}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(open_http_store("https://user:pw@host/data/", {}).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace vdp
