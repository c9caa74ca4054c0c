// What is sent and what comes back, over a server that says exactly what the test says.
#include "net/http_client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/task_pool.h"
#include "net/test_server.h"

namespace vdp {
namespace {

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

HttpRequest put(Url url, std::string_view body) {
  HttpRequest request = get(std::move(url));
  request.method = HttpMethod::put;
  request.body = as_bytes(body);
  return request;
}

bool has_line(const std::string& request, const std::string& line) {
  return request.find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST(HttpClient, GetsStatusHeadersAndBody) {
  TestServer server(
      [](const std::string&) { return TestReply{http_answer(404, "gone", "ETag: \"x\"\r\nX-A:  b \r\n")}; });
  HttpClient client(naming(server));
  const auto answer = client.send(get(server.url("/k?q=1")));
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(as_text(answer->body), "gone");
  EXPECT_EQ(answer->headers.find("etag"), "\"x\"");
  EXPECT_EQ(answer->headers.find("x-a"), "b");
  EXPECT_EQ(answer->headers.find("x-b"), std::nullopt);
  EXPECT_EQ(answer->url, server.url("/k?q=1"));
  EXPECT_TRUE(server.requests().at(0).starts_with("GET /k?q=1 HTTP/1.1\r\n"));
}

TEST(HttpClient, PathsAndQueriesGoOutAsTheyWereGiven) {
  TestServer server([](const std::string&) { return TestReply{http_answer(200, "")}; });
  HttpClient client(naming(server));
  const char* const targets[] = {"/a//b", "/../a/./b/..", "/%2F%2f%c3%C3",      "/a+b(c)@:'!*,;=&$~",
                                 "/?",    "/?uploads",    "/?a=b/c?d&z=%26+&b="};
  for (const char* target : targets) {
    ASSERT_TRUE(client.send(get(server.url(target))).has_value()) << target;
    EXPECT_TRUE(server.requests().back().starts_with(fmt::format("GET {} HTTP/1.1\r\n", target)))
        << server.requests().back();
  }
}

TEST(HttpClient, SendsHeadersBodiesAndNothingOfItsOwn) {
  TestServer server([](const std::string&) { return TestReply{http_answer(200, "")}; });
  HttpClient client(naming(server));
  HttpRequest request = put(server.url("/k"), "body");
  request.headers = {{"If-None-Match", "*"}, {"X-Empty", ""}};
  request.credentials.push_back({"Authorization", Secret("Bearer t")});
  ASSERT_TRUE(client.send(request).has_value());
  const std::string sent = server.requests().at(0);
  EXPECT_TRUE(sent.starts_with("PUT /k HTTP/1.1\r\n"));
  EXPECT_TRUE(sent.ends_with("\r\n\r\nbody"));
  for (const char* line : {"If-None-Match: *", "X-Empty:", "Authorization: Bearer t", "Content-Length: 4",
                           "Accept-Encoding: identity", "User-Agent: vdp"}) {
    EXPECT_TRUE(has_line(sent, line)) << line << " in\n" << sent;
  }
  EXPECT_TRUE(has_line(sent, fmt::format("Host: 127.0.0.1:{}", server.port())));
  for (const char* name : {"Expect:", "Content-Type:", "Transfer-Encoding:"}) {
    EXPECT_EQ(sent.find(name), std::string::npos) << sent;
  }
}

TEST(HttpClient, KnowsAllMethods) {
  TestServer server([](const std::string& request) {
    // The answer to HEAD tells the length of a body that does not follow.
    if (request.starts_with("HEAD")) return TestReply{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"};
    return TestReply{http_answer(200, "")};
  });
  HttpClient client(naming(server));
  for (const HttpMethod method :
       {HttpMethod::get, HttpMethod::head, HttpMethod::put, HttpMethod::post, HttpMethod::del}) {
    HttpRequest request = get(server.url("/k"));
    request.method = method;
    const auto answer = client.send(request);
    ASSERT_TRUE(answer.has_value()) << answer.error().text();
    EXPECT_TRUE(answer->body.empty());
    const std::string sent = server.requests().back();
    EXPECT_TRUE(sent.starts_with(fmt::format("{} /k HTTP/1.1\r\n", to_string(method)))) << sent;
    const bool has_body = method == HttpMethod::put || method == HttpMethod::post;
    EXPECT_EQ(has_line(sent, "Content-Length: 0"), has_body) << sent;
  }
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, LargeBodiesGoBothWays) {
  const std::string sent(3 << 20, 'u');
  const std::string received(5 << 20, 'd');
  TestServer server([&](const std::string&) { return TestReply{http_answer(200, received)}; });
  HttpClient client(naming(server));
  const auto answer = client.send(put(server.url(), sent));
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(as_text(answer->body), received);
  EXPECT_TRUE(server.requests().at(0).ends_with("\r\n\r\n" + sent));
  const HttpCounts counts = client.counts();
  EXPECT_EQ(counts.requests, 1U);
  EXPECT_EQ(counts.connections, 1U);
  EXPECT_EQ(counts.bytes_sent, sent.size());
  EXPECT_EQ(counts.bytes_received, received.size());
}

TEST(HttpClient, ChunkedAndInterimAnswersAreRead) {
  TestServer server([](const std::string&) {
    return TestReply{
        "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"};
  });
  HttpClient client(naming(server));
  const auto answer = client.send(get(server.url()));
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(as_text(answer->body), "abcde");  // and no attempt to undo the encoding
  EXPECT_FALSE(answer->headers.contains("X-Early"));
  EXPECT_FALSE(answer->headers.contains("X-Trailer"));
}

TEST(HttpClient, ConnectionsAreKept) {
  TestServer server([](const std::string&) { return TestReply{http_answer(200, "x")}; });
  HttpClient client(naming(server));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(client.send(get(server.url())).has_value());
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(client.counts().connections, 1U);
  EXPECT_EQ(client.counts().requests, 10U);
}

TEST(HttpClient, ThreadsShareIt) {
  constexpr std::size_t requests = 200;
  TestServer server(
      [](const std::string& request) { return TestReply{http_answer(200, request.substr(0, request.find(" HTTP")))}; });
  HttpClient client(naming(server));
  std::vector<std::string> bodies(requests);
  parallel_for(requests, 8, [&](std::size_t i) {
    const auto answer = client.send(get(server.url(fmt::format("/{}", i))));
    bodies[i] = answer ? std::string(as_text(answer->body)) : answer.error().text();
  });
  for (std::size_t i = 0; i < requests; ++i) EXPECT_EQ(bodies[i], fmt::format("GET /{}", i));
  EXPECT_LE(server.connections(), 8U);
  EXPECT_EQ(client.counts().requests, requests);
}

TEST(HttpClient, SendAllIsParallelBoundedAndInOrder) {
  TestServer server(
      [](const std::string& request) { return TestReply{http_answer(200, request.substr(0, request.find(" HTTP")))}; });
  HttpClientOptions options = naming(server);
  options.max_parallel = 4;
  HttpClient client(options);
  server.gather(4);  // would wait for ever if fewer were sent at a time
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 12; ++i) requests.push_back(get(server.url(fmt::format("/{}", i))));
  for (HttpRequest& request : requests) request.timeouts.first_byte = std::chrono::seconds(20);
  const auto answers = client.send_all(requests);
  ASSERT_EQ(answers.size(), 12U);
  for (int i = 0; i < 12; ++i) {
    const auto& answer = answers[static_cast<std::size_t>(i)];
    ASSERT_TRUE(answer.has_value()) << answer.error().text();
    EXPECT_EQ(as_text(answer->body), fmt::format("GET /{}", i));
  }
  EXPECT_EQ(server.most_waiting(), 4U);
  EXPECT_EQ(server.connections(), 4U);
  EXPECT_TRUE(client.send_all({}).empty());
}

TEST(HttpClient, SendAllReportsEachOnItsOwn) {
  TestServer server([](const std::string& request) {
    if (request.starts_with("GET /cut")) return TestReply{"", Then::close};
    return TestReply{http_answer(200, "fine")};
  });
  HttpClient client(naming(server));
  std::vector<HttpRequest> requests{get(server.url("/a")), get(server.url("/cut")), get(server.url("/b"))};
  requests.push_back(get(*parse_url("http://127.0.0.1:1/")));
  const auto answers = client.send_all(requests);
  EXPECT_TRUE(answers[0].has_value() && answers[2].has_value());
  EXPECT_EQ(answers[1].error().kind, ErrorKind::transient);
  EXPECT_EQ(answers[3].error().kind, ErrorKind::denied);
}

TEST(HttpClient, ForgedRequestsAreInvalidAndNotSent) {
  TestServer server([](const std::string&) { return TestReply{http_answer(200, "")}; });
  HttpClient client(naming(server));
  std::vector<HttpRequest> requests(8, get(server.url()));
  requests[0].headers.add("X\r\nY", "v");
  requests[1].headers.add("X", "a\r\nY: b");
  requests[2].headers.add("", "v");
  requests[3].credentials.push_back({"X", Secret("a\nb")});
  requests[4].range = HttpRange{5, 0};
  requests[5].range = HttpRange{~0ULL, 2};
  requests[6].body = as_bytes("body of a get");
  requests[7].url.path = "/ HTTP/1.1\r\nX: y\r\n";
  for (const HttpRequest& request : requests) EXPECT_EQ(client.send(request).error().kind, ErrorKind::invalid);
  EXPECT_EQ(server.connections(), 0U);
  EXPECT_EQ(client.counts().requests, 0U);
}

TEST(HttpClient, RangesAreAskedForAndChecked) {
  struct Case {
    int status;
    std::string body;
    std::string content_range;
    std::optional<ErrorKind> error;
  };
  const Case cases[] = {
      {206, "0123456789", "bytes 100-109/5000", std::nullopt},
      {206, "0123456789", "Bytes 100-109/*", std::nullopt},
      {206, "01234", "bytes 100-104/105", std::nullopt},         // the object ends there
      {206, "01234", "bytes 100-104/5000", ErrorKind::corrupt},  // it does not
      {206, "01234", "bytes 100-104/*", ErrorKind::corrupt},
      {206, "0123456789", "bytes 0-9/5000", ErrorKind::corrupt},
      {206, "0123456789", "bytes 101-110/5000", ErrorKind::corrupt},
      {206, "0123456789", "bytes 109-100/5000", ErrorKind::corrupt},
      {206, "0123456789", "bytes 100-109/50", ErrorKind::corrupt},
      {206, "0123456789", "lines 100-109/5000", ErrorKind::corrupt},
      {206, "0123456789", "bytes 100-109/5000x", ErrorKind::corrupt},
      {206, "0123456789", "", ErrorKind::corrupt},
      {206, "012345678", "bytes 100-109/5000", ErrorKind::transient},
      {206, "0123456789a", "bytes 100-110/5000", ErrorKind::limit},
      {200, "all of it", "", std::nullopt},  // the server knows no ranges: for the caller to judge
      {416, "no", "bytes */50", std::nullopt},
  };
  for (const Case& one : cases) {
    TestServer server([&](const std::string&) {
      const std::string field =
          one.content_range.empty() ? "" : fmt::format("Content-Range: {}\r\n", one.content_range);
      return TestReply{http_answer(one.status, one.body, field)};
    });
    HttpClient client(naming(server));
    HttpRequest request = get(server.url());
    request.range = HttpRange{100, 10};
    const auto answer = client.send(request);
    EXPECT_TRUE(has_line(server.requests().at(0), "Range: bytes=100-109"));
    const std::string name = fmt::format("{} \"{}\" {}", one.status, one.content_range, one.body);
    if (one.error) {
      ASSERT_FALSE(answer.has_value()) << name;
      EXPECT_EQ(answer.error().kind, *one.error) << name << ": " << answer.error().text();
    } else {
      ASSERT_TRUE(answer.has_value()) << name << ": " << answer.error().text();
      EXPECT_EQ(as_text(answer->body), one.body);
    }
  }
}

TEST(HttpClient, APartThatNobodyAskedForIsCorrupt) {
  TestServer server(
      [](const std::string&) { return TestReply{http_answer(206, "x", "Content-Range: bytes 0-0/9\r\n")}; });
  HttpClient client(naming(server));
  EXPECT_EQ(client.send(get(server.url())).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp
