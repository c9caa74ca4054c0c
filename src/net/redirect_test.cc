#include "net/redirect.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/test_server.h"

namespace vdp {
namespace {

TestReply redirect_to(std::string_view location, int status = 302) {
  return {http_answer(status, "moved", fmt::format("Location: {}\r\n", location))};
}

HttpRequest signed_get(Url url, RedirectRule rule) {
  HttpRequest request;
  request.url = std::move(url);
  request.redirects = rule;
  request.headers = {{"authorization", "plain-canary"}, {"X-Plain", "kept"}};
  request.credentials.push_back({"X-Token", Secret("token-canary")});
  return request;
}

/// Two hosts of the user's settings: `first` redirects to `location`, `second` answers.
class Redirects : public testing::Test {
 protected:
  Redirects()
      : second_([](const std::string&) { return TestReply{http_answer(200, "second")}; }),
        first_([this](const std::string& request) {
          if (request.starts_with("GET /end")) return TestReply{http_answer(200, "first")};
          return redirect_to(location_, status_);
        }),
        client_([this] {
          HttpClientOptions options;
          options.policy = AddressPolicy({first_.url(), second_.url()});
          return options;
        }()) {}

  Result<HttpResponse> ask(RedirectRule rule) { return client_.send(signed_get(first_.url("/start/here?q"), rule)); }

  std::string location_ = "/end";
  int status_ = 302;
  TestServer second_;
  TestServer first_;
  HttpClient client_;
};

TEST_F(Redirects, AreAnAnswerByDefault) {
  location_ = second_.url("/end").text();
  EXPECT_EQ(HttpRequest{}.redirects, RedirectRule::none);
  const auto answer = ask(RedirectRule::none);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->headers.find("Location"), location_);
  EXPECT_EQ(second_.connections(), 0U);
}

TEST_F(Redirects, WithinTheOriginKeepCredentials) {
  for (const int status : {301, 302, 303, 307, 308}) {
    status_ = status;
    for (const std::string& location : {std::string("/end"), std::string("../end"), first_.url("/end").text()}) {
      location_ = location;
      const auto answer = ask(RedirectRule::same_origin);
      ASSERT_TRUE(answer.has_value()) << answer.error().text();
      EXPECT_EQ(as_text(answer->body), "first");
      EXPECT_EQ(answer->url, first_.url("/end"));
      EXPECT_NE(first_.requests().back().find("token-canary"), std::string::npos);
      EXPECT_NE(first_.requests().back().find("plain-canary"), std::string::npos);
    }
  }
}

TEST_F(Redirects, ToAnotherOriginAreDeniedUnlessAllowed) {
  location_ = second_.url("/end").text();
  const auto answer = ask(RedirectRule::same_origin);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ErrorKind::denied);
  EXPECT_EQ(second_.connections(), 0U);
}

TEST_F(Redirects, ToAnotherOriginLoseCredentials) {
  location_ = second_.url("/end").text();
  const auto answer = ask(RedirectRule::any_host);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(as_text(answer->body), "second");
  const std::string sent = second_.requests().at(0);
  EXPECT_EQ(sent.find("canary"), std::string::npos) << sent;
  EXPECT_NE(sent.find("X-Plain: kept"), std::string::npos);
  EXPECT_EQ(client_.counts().requests, 2U);
}

TEST_F(Redirects, EndAfterFive) {
  location_ = "/again";
  const auto answer = ask(RedirectRule::any_host);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ErrorKind::limit);
  EXPECT_EQ(first_.requests().size(), 6U);
}

TEST_F(Redirects, OfWritesAreNotFollowed) {
  HttpRequest request = signed_get(first_.url("/start"), RedirectRule::any_host);
  request.method = HttpMethod::put;
  const auto answer = client_.send(request);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 302);
}

TEST(Redirect, NeverLeavesTls) {
  HttpRequest request;
  request.redirects = RedirectRule::any_host;
  HttpResponse response;
  response.status = 301;
  response.url = *parse_url("https://h/a");
  response.headers = {{"Location", "http://h/a"}};
  EXPECT_EQ(redirect_target(request, response).error().kind, ErrorKind::denied);
  response.headers = {{"Location", "//g/b"}};
  EXPECT_EQ((*redirect_target(request, response))->text(), "https://g/b");
  response.headers.clear();
  EXPECT_EQ(*redirect_target(request, response), std::nullopt);
}

}  // namespace
}  // namespace vdp
