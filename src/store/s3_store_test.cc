// S3Store against a server that fails at will: lost answers above all. Real servers: s3_server_test.cc.
#include "store/s3_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "net/test_server.h"

namespace vdp {
namespace {

using Then = TestReply::Then;

/// What befalls one request of a kind.
enum class Fate {
  served,
  lost_after,    ///< it takes effect, and the connection is cut
  lost_before,   ///< it has no effect, and the connection is cut
  busy,          ///< 503
  failed_after,  ///< it takes effect, and 500 is answered
};

std::string field(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

/// One object of one bucket, as S3 would serve it.
class ScriptedS3 {
 public:
  ScriptedS3() : server_([this](const std::string& request) { return answer(request); }) {}

  ObjectStorePtr store(RetryPolicy retry = {}) {
    S3StoreOptions options;
    options.location = {"bucket", "root/"};
    options.bucket = locate_bucket("bucket", {"us-east-1", server_.url(), true});
    HttpClientOptions http;
    http.policy = AddressPolicy({server_.url()});
    options.exchange = {std::make_shared<HttpClient>(std::move(http)), std::make_shared<HostThrottle>(clock_), retry,
                        &clock_, &random_};
    return make_s3_store(std::move(options));
  }

  /// Of the next writes, in order; then all are served.
  std::vector<Fate> fates;
  /// Runs after each write that took effect, before the next request.
  std::function<void(ScriptedS3&)> after_write;
  int lost_heads = 0;

  void overwrite(const std::string& text) { take(text, ""); }
  void remove() { etag_.clear(); }
  const std::string& text() const { return text_; }
  int versions() const { return versions_; }
  int heads() const { return heads_; }
  int puts() const { return puts_; }
  std::vector<std::string> requests() const { return server_.requests(); }

 private:
  void take(const std::string& text, const std::string& id) {
    text_ = text;
    id_ = id;
    etag_ = fmt::format("\"v{}\"", ++versions_);
  }

  TestReply answer(const std::string& request) {
    if (request.starts_with("PUT ")) return put(request);
    ++heads_;
    if (lost_heads > 0 && lost_heads--) return {"", Then::close};
    if (etag_.empty()) return {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
    return {
        fmt::format("HTTP/1.1 200 OK\r\nETag: {}\r\nLast-Modified: Sun, 22 Nov 2026 17:30:00 GMT\r\n"
                    "x-amz-meta-vdp-write-id: {}\r\nContent-Length: {}\r\n\r\n",
                    etag_, id_, text_.size())};
  }

  TestReply put(const std::string& request) {
    const std::size_t number = static_cast<std::size_t>(puts_++);
    const Fate fate = number < fates.size() ? fates[number] : Fate::served;
    if (fate == Fate::busy) return {http_answer(503, "<Error><Code>SlowDown</Code></Error>")};
    if (fate == Fate::lost_before) return {"", Then::close};
    const std::string match = field(request, "If-Match");
    const bool holds = (field(request, "If-None-Match") != "*" || etag_.empty()) && (match.empty() || match == etag_);
    if (holds) {
      take(request.substr(request.find("\r\n\r\n") + 4), field(request, "x-amz-meta-vdp-write-id"));
      if (after_write) after_write(*this);
    }
    if (fate == Fate::lost_after) return {"", Then::close};
    if (fate == Fate::failed_after) return {http_answer(500, "<Error><Code>InternalError</Code></Error>")};
    if (!holds) return {http_answer(412, "<Error><Code>PreconditionFailed</Code></Error>")};
    return {http_answer(200, "", fmt::format("ETag: {}\r\n", etag_))};
  }

  std::string text_, id_, etag_;
  int versions_ = 0;
  int heads_ = 0;
  int puts_ = 0;
  ManualClock clock_{0};
  SeededRandom random_{3};
  TestServer server_;  // last: its thread uses all of the above
};

TEST(S3Write, AConditionThatFailsIsAConflict) {
  ScriptedS3 s3;
  s3.overwrite("theirs");
  const auto created = s3.store()->put("k", as_bytes("ours"), PutCondition::create_only());
  EXPECT_EQ(created.error().kind, ErrorKind::conflict);
  const auto replaced = s3.store()->put("k", as_bytes("ours"), PutCondition::replace_only("\"old\""));
  EXPECT_EQ(replaced.error().kind, ErrorKind::conflict);
  EXPECT_EQ(s3.text(), "theirs");
  EXPECT_EQ(s3.heads(), 0);  // nothing was unclear
}

TEST(S3Write, AnAnswerThatWasLostIsFoundOut) {
  for (const Fate fate : {Fate::lost_after, Fate::lost_before, Fate::busy, Fate::failed_after}) {
    for (const bool create : {true, false}) {
      ScriptedS3 s3;
      if (!create) s3.overwrite("old");
      s3.fates = {fate};
      const auto condition = create ? PutCondition::create_only() : PutCondition::replace_only("\"v1\"");
      const auto put = s3.store()->put("k", as_bytes("ours"), condition);
      ASSERT_TRUE(put) << static_cast<int>(fate) << create << put.error().text();
      EXPECT_EQ(s3.text(), "ours");
      EXPECT_EQ(s3.versions(), create ? 1 : 2) << "written twice";
      EXPECT_EQ(put->etag, create ? "\"v1\"" : "\"v2\"");
      EXPECT_EQ(put->key, "k");
      EXPECT_EQ(put->size, 4U);
    }
  }
}

TEST(S3Write, SeveralLostAnswersInARow) {
  ScriptedS3 s3;
  s3.overwrite("old");
  s3.fates = {Fate::busy, Fate::lost_before, Fate::lost_before, Fate::busy, Fate::lost_after};
  s3.lost_heads = 2;
  const auto put = s3.store()->put("k", as_bytes("ours"), PutCondition::replace_only("\"v1\""));
  ASSERT_TRUE(put) << put.error().text();
  EXPECT_EQ(s3.versions(), 2);
}

TEST(S3Write, OursBelowSomebodyElsesIsUnknownAndNoConflict) {
  ScriptedS3 s3;
  s3.overwrite("old");
  s3.fates = {Fate::lost_after};
  s3.after_write = [](ScriptedS3& it) {
    it.after_write = nullptr;
    it.overwrite("theirs, on top of ours");
  };
  const auto put = s3.store()->put("k", as_bytes("ours"), PutCondition::replace_only("\"v1\""));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind, ErrorKind::outcome_unknown) << put.error().text();
  EXPECT_EQ(s3.puts(), 1);  // never again
}

TEST(S3Write, SomebodyElsesCreationAfterALostAnswerIsAConflict) {
  ScriptedS3 s3;
  s3.fates = {Fate::lost_before};
  s3.overwrite("theirs");
  const auto put = s3.store()->put("k", as_bytes("ours"), PutCondition::create_only());
  EXPECT_EQ(put.error().kind, ErrorKind::conflict) << put.error().text();
}

TEST(S3Write, WhatCannotBeFoundOutIsUnknown) {
  ScriptedS3 s3;
  s3.overwrite("old");
  s3.fates = {Fate::lost_after};
  s3.lost_heads = 1000;
  const auto put = s3.store()->put("k", as_bytes("ours"), PutCondition::replace_only("\"v1\""));
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind, ErrorKind::outcome_unknown) << put.error().text();
  EXPECT_EQ(s3.text(), "ours");

  ScriptedS3 gone;
  gone.overwrite("old");
  gone.fates = {Fate::lost_after};
  gone.after_write = [](ScriptedS3& it) { it.remove(); };
  EXPECT_EQ(gone.store()->put("k", as_bytes("ours"), PutCondition::replace_only("\"v1\"")).error().kind,
            ErrorKind::outcome_unknown);
}

TEST(S3Write, BusyForTooLongIsTransientOrUnknown) {
  ScriptedS3 s3;
  s3.fates.assign(100, Fate::busy);
  const auto put = s3.store({.max_attempts = 3})->put("k", as_bytes("ours"), PutCondition::create_only());
  ASSERT_FALSE(put);
  EXPECT_NE(put.error().kind, ErrorKind::conflict);
  EXPECT_EQ(s3.puts(), 3);
  EXPECT_EQ(s3.versions(), 0);
}

TEST(S3Write, ABusyServerHasNotBegun) {
  ScriptedS3 s3;
  s3.overwrite("old");
  s3.fates = {Fate::busy, Fate::served};
  s3.overwrite("theirs");
  const auto put = s3.store()->put("k", as_bytes("ours"), PutCondition::replace_only("\"v1\""));
  EXPECT_EQ(put.error().kind, ErrorKind::conflict) << put.error().text();
  EXPECT_EQ(s3.heads(), 0);
}

TEST(S3Write, WhatIsToBeReplacedAndIsNotThereIsAConflict) {
  TestServer server([](const std::string&) {
    return TestReply{http_answer(404, "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")};
  });
  S3StoreOptions options;
  options.location = {"bucket", ""};
  options.bucket = locate_bucket("bucket", {"us-east-1", server.url(), true});
  HttpClientOptions http;
  http.policy = AddressPolicy({server.url()});
  options.exchange.client = std::make_shared<HttpClient>(std::move(http));
  options.exchange.throttle = std::make_shared<HostThrottle>(system_clock());
  const auto store = make_s3_store(std::move(options));
  EXPECT_EQ(store->put("k", as_bytes("x"), PutCondition::replace_only("\"e\"")).error().kind, ErrorKind::conflict);
  EXPECT_EQ(store->put("k", as_bytes("x"), PutCondition::create_only()).error().kind, ErrorKind::not_found);
  const auto read = store->get("some/key");
  EXPECT_EQ(read.error().text(), "s3://bucket/some/key: HTTP status 404 (NoSuchKey): none");
}

/// A store over a server that gives every request the same answer.
struct Fixed {
  explicit Fixed(std::string answer) : server([answer](const std::string&) { return TestReply{answer}; }) {}
  ObjectStorePtr store(S3ClientOptions client = {}) {
    S3StoreOptions options;
    options.location = {"bucket", ""};
    options.bucket = locate_bucket("bucket", {"us-east-1", server.url(), true});
    options.client = std::move(client);
    HttpClientOptions http;
    http.policy = AddressPolicy({server.url()});
    options.exchange = {
        std::make_shared<HttpClient>(std::move(http)), std::make_shared<HostThrottle>(clock), {}, &clock, &random};
    return make_s3_store(std::move(options));
  }
  ManualClock clock{0};
  SeededRandom random{5};
  TestServer server;
};

const std::string object_headers = "ETag: \"e\"\r\nLast-Modified: Sun, 22 Nov 2026 17:30:00 GMT\r\n";

TEST(S3Read, AWholeBodyWhereARangeWasAskedForIsCorrupt) {
  Fixed fixed(http_answer(200, "0123456789", object_headers));
  EXPECT_EQ(fixed.store()->get_range("k", {0, 10}).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(as_text(fixed.store()->get_first("k", 4)->bytes), "0123");  // its beginning it is all the same
}

TEST(S3Read, AnAnswerWithoutAVersionIsCorrupt) {
  Fixed fixed(http_answer(200, "0123456789"));
  EXPECT_EQ(fixed.store()->get("k").error().kind, ErrorKind::corrupt);
}

TEST(S3Read, ErrorsAreKindsAndTellWhatToDo) {
  const auto kind = [](int status, const std::string& code) {
    Fixed fixed(http_answer(status, "<Error><Code>" + code + "</Code><Message>m</Message></Error>"));
    return fixed.store()->get("k").error().kind;
  };
  EXPECT_EQ(kind(404, "NoSuchKey"), ErrorKind::not_found);
  EXPECT_EQ(kind(403, "AccessDenied"), ErrorKind::denied);
  EXPECT_EQ(kind(400, "ExpiredToken"), ErrorKind::denied);
  EXPECT_EQ(kind(400, "InvalidArgument"), ErrorKind::invalid);
  EXPECT_EQ(kind(503, "SlowDown"), ErrorKind::transient);
  EXPECT_EQ(kind(501, "NotImplemented"), ErrorKind::unsupported);
  Fixed elsewhere(
      http_answer(301, "<Error><Code>PermanentRedirect</Code></Error>", "x-amz-bucket-region: eu-west-3\r\n"));
  EXPECT_NE(elsewhere.store()->get("k").error().text().find("eu-west-3"), std::string::npos);
  Fixed hostile(
      http_answer(400, "<Error><Code>a\nb</Code><Message>" + std::string(10'000, 'x') + "</Message></Error>"));
  EXPECT_LT(hostile.store()->get("k").error().text().size(), 1000U);
}

TEST(S3Copy, AnErrorCanFollowASuccess) {
  Fixed fixed(http_answer(200, "<Error><Code>InternalError</Code></Error>"));
  EXPECT_EQ(fixed.store()->copy("a", "b").error().kind, ErrorKind::transient);
}

TEST(S3Requests, AreSignedUnlessAnonymous) {
  class Keys final : public aws::CredentialProvider {
    Result<aws::Credentials> get() override {
      return aws::Credentials{"AKID", Secret("canary-secret"), Secret("canary-token"), {}};
    }
  };
  Fixed fixed(http_answer(200, "x", object_headers));
  S3ClientOptions client;
  client.credentials = std::make_shared<Keys>();
  client.requester_pays = true;
  ASSERT_TRUE(fixed.store(client)->get("k"));
  ASSERT_TRUE(fixed.store()->get("a b"));
  const auto requests = fixed.server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_NE(field(requests[0], "Authorization").find("Credential=AKID/"), std::string::npos);
  EXPECT_EQ(field(requests[0], "X-Amz-Security-Token"), "canary-token");
  EXPECT_EQ(field(requests[0], "x-amz-request-payer"), "requester");
  EXPECT_EQ(requests[0].find("canary-secret"), std::string::npos);
  EXPECT_TRUE(field(requests[1], "Authorization").empty());
  EXPECT_TRUE(requests[1].starts_with("GET /bucket/a%20b HTTP/1.1\r\n")) << requests[1];

  // A server that repeats what it was sent does not get it into an error.
  Fixed echo(http_answer(400, "<Error><Code>Bad</Code><Message>got canary-token and canary-secret</Message></Error>"));
  const auto refused = echo.store(client)->get("k");
  EXPECT_EQ(refused.error().text().find("canary"), std::string::npos) << refused.error().text();
}

}  // namespace
}  // namespace vdp
