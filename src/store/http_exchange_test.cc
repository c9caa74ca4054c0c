#include "store/http_exchange.h"

#include <gtest/gtest.h>

#include "net/test_server.h"

namespace vdp {
namespace {

using Then = TestReply::Then;

/// Answers by a list, and with 200 when it is at its end.
class Script {
 public:
  explicit Script(std::vector<TestReply> replies) : replies_(std::move(replies)) {}
  TestReply operator()(const std::string&) {
    const std::size_t i = next_++;
    return i < replies_.size() ? replies_[i] : TestReply{http_answer(200, "ok")};
  }

 private:
  std::vector<TestReply> replies_;
  std::size_t next_ = 0;
};

struct Fixture {
  explicit Fixture(std::vector<TestReply> replies, RetryPolicy policy = {})
      : server(Script(std::move(replies))), clock(0), random(7) {
    HttpClientOptions options;
    options.policy = AddressPolicy({server.url()});
    exchange = std::make_unique<HttpExchange>(HttpExchangeParts{std::make_shared<HttpClient>(std::move(options)),
                                                                std::make_shared<HostThrottle>(clock), policy, &clock,
                                                                &random});
  }
  RequestMaker get(std::string path) {
    return [this, path]() -> Result<HttpRequest> {
      ++made;
      HttpRequest request;
      request.url = server.url(path);
      return request;
    };
  }
  TestServer server;
  ManualClock clock;
  SeededRandom random;
  std::unique_ptr<HttpExchange> exchange;
  int made = 0;
};

TEST(HttpExchange, TriesAgainWhatSaysNotNow) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    Fixture fixture({{http_answer(status, "no")}, {http_answer(status, "no")}});
    const auto answer = fixture.exchange->send(fixture.get("/k"));
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(fixture.made, 3);  // signed anew each time
  }
}

TEST(HttpExchange, GivesEveryOtherAnswerBack) {
  for (const int status : {204, 304, 400, 403, 404, 412, 416, 501}) {
    Fixture fixture({{http_answer(status, "")}});
    EXPECT_EQ(fixture.exchange->send(fixture.get("/k"))->status, status);
    EXPECT_EQ(fixture.made, 1);
  }
}

TEST(HttpExchange, TriesCutAnswersAgainUnlessTheyMayHaveHadAnEffect) {
  const std::vector<TestReply> cut = {{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Then::close}};
  Fixture reads(cut);
  EXPECT_EQ(reads.exchange->send(reads.get("/k"))->status, 200);
  Fixture writes(cut);
  const auto put = writes.exchange->send([&]() -> Result<HttpRequest> {
    ++writes.made;
    HttpRequest request;
    request.method = HttpMethod::put;
    request.url = writes.server.url("/k");
    request.may_have_effect = true;
    return request;
  });
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind, ErrorKind::outcome_unknown);
  EXPECT_EQ(writes.made, 1);
}

TEST(HttpExchange, EndsAfterTheLastAttempt) {
  const std::vector<TestReply> down(100, {http_answer(503, "down")});
  Fixture fixture(down, {.max_attempts = 4});
  EXPECT_EQ(fixture.exchange->send(fixture.get("/k"))->status, 503);
  EXPECT_EQ(fixture.made, 4);
}

TEST(HttpExchange, EndsWhenTheTimeIsUsedUp) {
  const std::vector<TestReply> down(1000, {http_answer(500, "down")});
  Fixture fixture(down, {.max_attempts = 1000, .budget_us = 5'000'000});
  EXPECT_EQ(fixture.exchange->send(fixture.get("/k"))->status, 500);
  EXPECT_LE(fixture.clock.now_us(), 5'000'000);
  EXPECT_GT(fixture.made, 4);
}

TEST(HttpExchange, WaitsAsLongAsTheServerAsks) {
  Fixture fixture({{http_answer(503, "", "Retry-After: 7\r\n")}});
  EXPECT_EQ(fixture.exchange->send(fixture.get("/k"))->status, 200);
  EXPECT_GE(fixture.clock.now_us(), 7'000'000);
  Fixture absurd({{http_answer(503, "", "Retry-After: 999999\r\n")}});
  EXPECT_EQ(absurd.exchange->send(absurd.get("/k"))->status, 200);
  EXPECT_LE(absurd.clock.now_us(), 70'000'000);
}

TEST(HttpExchange, AHostThatIsDownIsAskedLessAndLess) {
  const std::vector<TestReply> down(10'000, {http_answer(500, "down")});
  Fixture fixture(down);
  for (int i = 0; i < 100; ++i) (void)fixture.exchange->send(fixture.get("/k"));
  EXPECT_LE(fixture.made, 200);  // a hundred first attempts, and the budget of a hundred retries
}

TEST(HttpExchange, SendsManyAndOnlyTheFailedOnesAgain) {
  TestServer server([](const std::string& request) {
    static int refused = 0;
    const bool refuse = request.starts_with("GET /3 ") && refused++ < 2;
    return TestReply{http_answer(refuse ? 503 : 200, request.substr(4, 2))};
  });
  ManualClock clock(0);
  SeededRandom random(7);
  HttpClientOptions options;
  options.policy = AddressPolicy({server.url()});
  HttpExchange exchange(
      {std::make_shared<HttpClient>(std::move(options)), std::make_shared<HostThrottle>(clock), {}, &clock, &random});
  std::vector<RequestMaker> makers;
  for (int i = 0; i < 8; ++i) {
    makers.emplace_back([&server, i]() -> Result<HttpRequest> {
      if (i == 5) return invalid("no credentials");
      HttpRequest request;
      request.url = server.url("/" + std::to_string(i));
      return request;
    });
  }
  const auto answers = exchange.send_all(makers);
  ASSERT_EQ(answers.size(), 8U);
  for (int i = 0; i < 8; ++i) {
    if (i == 5) {
      EXPECT_EQ(answers[5].error().message, "no credentials");
    } else {
      ASSERT_TRUE(answers[i]) << answers[i].error().text();
      EXPECT_EQ(as_text(answers[i]->body), "/" + std::to_string(i));
    }
  }
  EXPECT_EQ(server.requests().size(), 9U);
}

}  // namespace
}  // namespace vdp
