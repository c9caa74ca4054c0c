// What goes wrong between a request and its answer, and what the caller may do about it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/test_server.h"

namespace vdp {
namespace {

using std::chrono::milliseconds;
using Then = TestReply::Then;

HttpClientOptions naming(const TestServer& server) {
  HttpClientOptions options;
  options.policy = AddressPolicy({server.url()});
  return options;
}

HttpRequest get(Url url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

HttpRequest conditional_put(Url url, std::string_view body = "content") {
  HttpRequest request = get(std::move(url));
  request.method = HttpMethod::put;
  request.headers.add("If-None-Match", "*");
  request.body = as_bytes(body);
  request.may_have_effect = true;
  return request;
}

TestServer::Answer always(TestReply reply) {
  return [reply](const std::string&) { return reply; };
}

/// The kinds of error of a read and of a write whose answer is lost in the way that `reply` says.
void expect_kinds(const TestReply& reply, ErrorKind of_read, ErrorKind of_write, const HttpTimeouts& timeouts = {}) {
  TestServer server(always(reply));
  HttpClient client(naming(server));
  for (HttpRequest request : {get(server.url("/k")), conditional_put(server.url("/k"))}) {
    request.timeouts = timeouts;
    const ErrorKind expected = request.may_have_effect ? of_write : of_read;
    const auto answer = client.send(request);
    ASSERT_FALSE(answer.has_value()) << reply.bytes;
    EXPECT_EQ(answer.error().kind, expected) << to_string(answer.error().kind) << ": " << answer.error().text();
    EXPECT_NE(answer.error().text().find(server.url("/k").text()), std::string::npos) << answer.error().text();
  }
  EXPECT_EQ(server.requests().size(), 2U);  // each was sent once
}

void expect_lost(const TestReply& reply, const HttpTimeouts& timeouts = {}) {
  expect_kinds(reply, ErrorKind::transient, ErrorKind::outcome_unknown, timeouts);
}

TEST(HttpFailure, ACutAnswerMayBeAskedAgainUnlessItHadAnEffect) {
  expect_lost({"", Then::close});
  expect_lost({"HTTP/1.1 200 OK\r\nContent-Le", Then::close});
  expect_lost({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", Then::close});
  expect_lost({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012345678", Then::close});
  expect_lost({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", Then::close});
  expect_lost({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Then::close});
}

TEST(HttpFailure, WhatIsNoHttpIsCorrupt) {
  expect_kinds({"SSH-2.0-OpenSSH_9.2\r\n", Then::close}, ErrorKind::corrupt, ErrorKind::outcome_unknown);
  expect_kinds({"garbage without end", Then::close}, ErrorKind::corrupt, ErrorKind::outcome_unknown);
}

TEST(HttpFailure, TimeoutsEndStalledAndSlowAnswers) {
  HttpTimeouts timeouts;
  timeouts.first_byte = milliseconds(200);
  expect_lost({"", Then::hold}, timeouts);

  timeouts = {};
  timeouts.low_speed = milliseconds(200);
  expect_lost({"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc", Then::hold}, timeouts);

  timeouts = {};
  timeouts.total = milliseconds(300);
  expect_lost({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc", Then::hold}, timeouts);
}

TEST(HttpFailure, ADripIsTooSlow) {
  TestServer server(always({http_answer(200, std::string(100000, 'x')), Then::close, milliseconds(5)}));
  HttpClient client(naming(server));
  HttpRequest request = get(server.url());
  request.timeouts.low_speed = milliseconds(1000);  // 200 bytes come, 1024 are expected
  const auto answer = client.send(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ErrorKind::transient);
  EXPECT_NE(answer.error().message.find("at least 1024"), std::string::npos) << answer.error().text();
}

TEST(HttpFailure, NoConnectionIsTransientForWritesToo) {
  std::optional<Url> closed;
  {
    TestServer server(always({}));
    closed = server.url();
  }
  HttpClientOptions options;
  const Url unknown_name = *parse_url("http://no-such-host.invalid:8080/");
  options.policy = AddressPolicy({*closed, unknown_name});
  HttpClient client(options);
  EXPECT_EQ(client.send(get(*closed)).error().kind, ErrorKind::transient);
  EXPECT_EQ(client.send(conditional_put(*closed)).error().kind, ErrorKind::transient);
  HttpRequest request = conditional_put(unknown_name);
  request.timeouts.connect = milliseconds(3000);
  EXPECT_EQ(client.send(request).error().kind, ErrorKind::transient);
  EXPECT_EQ(client.counts().requests, 0U);
}

TEST(HttpFailure, TlsThatDoesNotComeUpIsTransient) {
  TestServer server(always({}));
  server.refuse_connections();
  const Url url = *parse_url(fmt::format("https://127.0.0.1:{}/", server.port()));
  HttpClientOptions options;
  options.policy = AddressPolicy({url});
  HttpClient client(options);
  EXPECT_EQ(client.send(conditional_put(url)).error().kind, ErrorKind::transient);
  EXPECT_GE(server.connections(), 1U);
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpFailure, ConnectionsCutBeforeTheRequestWasReadAreUnknownToTheWriter) {
  TestServer server(always({}));
  server.refuse_connections();
  HttpClient client(naming(server));
  EXPECT_EQ(client.send(get(server.url())).error().kind, ErrorKind::transient);
  // Whether the server read it before it cut the connection cannot be known from here.
  EXPECT_EQ(client.send(conditional_put(server.url())).error().kind, ErrorKind::outcome_unknown);
}

/// The case in which libcurl by itself would ask twice: a kept connection that ends without a byte of an answer.
TEST(HttpFailure, AWriteOnAKeptConnectionIsNeverSentTwice) {
  for (const std::string_view body : {"content", ""}) {
    TestServer server([](const std::string& request) {
      return request.starts_with("PUT") ? TestReply{"", Then::close} : TestReply{http_answer(200, "x")};
    });
    HttpClient client(naming(server));
    ASSERT_TRUE(client.send(get(server.url())).has_value());
    const auto answer = client.send(conditional_put(server.url(), body));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::outcome_unknown) << answer.error().text();
    EXPECT_EQ(server.requests().size(), 2U);
    EXPECT_EQ(client.counts().requests, 2U);
  }
}

TEST(HttpFailure, AReadOnAKeptConnectionIsAskedAgain) {
  int answered = 0;
  TestServer server([&](const std::string&) {
    return ++answered == 2 ? TestReply{"", Then::close} : TestReply{http_answer(200, "x")};
  });
  HttpClient client(naming(server));
  ASSERT_TRUE(client.send(get(server.url())).has_value());
  EXPECT_TRUE(client.send(get(server.url())).has_value());
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(client.counts().requests, 3U);
}

TEST(HttpFailure, ConnectionsThatTheServerClosedAtRestAreReplaced) {
  TestServer server(always({http_answer(200, "x"), Then::close}));
  HttpClient client(naming(server));
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.send(get(server.url()));
    ASSERT_TRUE(answer.has_value()) << answer.error().text();
  }
  EXPECT_EQ(server.connections(), 3U);
}

TEST(HttpFailure, OversizedAnswersAreALimit) {
  const std::string ten(10, 'x');
  TestServer server([&](const std::string& request) {
    if (request.starts_with("GET /declared"))
      return TestReply{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"};
    if (request.starts_with("GET /chunked")) {
      return TestReply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n"};
    }
    if (request.starts_with("GET /endless")) return TestReply{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1 << 20, 'x')};
    if (request.starts_with("GET /headers")) {
      return TestReply{"HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'x') + "\r\n\r\n"};
    }
    if (request.starts_with("GET /many")) {
      std::string headers;
      for (int i = 0; i < 20000; ++i) headers += "A: b\r\n";
      return TestReply{http_answer(200, "", headers)};
    }
    return TestReply{http_answer(200, ten)};
  });
  HttpClient client(naming(server));
  for (const char* target : {"/declared", "/chunked", "/endless", "/headers", "/many"}) {
    HttpRequest request = get(server.url(target));
    request.max_body_bytes = 10;
    const auto answer = client.send(request);
    ASSERT_FALSE(answer.has_value()) << target;
    EXPECT_EQ(answer.error().kind, ErrorKind::limit) << target << ": " << answer.error().text();
  }
  HttpRequest fits = get(server.url("/ten"));
  fits.max_body_bytes = 10;
  EXPECT_TRUE(client.send(fits).has_value());
  fits.max_body_bytes = 9;
  EXPECT_EQ(client.send(fits).error().kind, ErrorKind::limit);
}

TEST(HttpFailure, TheBodyOfAnErrorIsReadThoughTheLimitIsSmall) {
  TestServer server(always({http_answer(503, std::string(500, 'e'))}));
  HttpClient client(naming(server));
  HttpRequest request = get(server.url());
  request.max_body_bytes = 1;
  const auto answer = client.send(request);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(answer->body.size(), 500U);
}

TEST(HttpFailure, ErrorsRepeatNeitherQueryNorCredentials) {
  TestServer server(always({"", Then::close}));
  HttpClient client(naming(server));
  HttpRequest request = get(server.url("/k?X-Amz-Signature=hunter2"));
  request.credentials.push_back({"Authorization", Secret("hunter2")});
  const std::string text = client.send(request).error().text();
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
}

}  // namespace
}  // namespace vdp
