// TestServer: an HTTP/1.1 server on loopback that answers with raw bytes, so that tests can misbehave exactly.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/url.h"

namespace vdp {

/// What the server does once it has read a request.
struct TestReply {
  enum class Then { keep, close, hold };
  std::string bytes;                     ///< sent as they are
  Then then = Then::keep;                ///< hold: nothing more is sent or read, the connection stays open
  std::chrono::milliseconds per_byte{};  ///< pause before each byte
};

/// "HTTP/1.1 STATUS", the headers, Content-Length and the body.
std::string http_answer(int status, std::string_view body, std::string_view headers = "");

/// One thread serves all connections. `answer` runs there, with the request's text: headers and body.
class TestServer {
 public:
  using Answer = std::function<TestReply(const std::string& request)>;

  explicit TestServer(Answer answer);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const { return port_; }
  Url url(std::string_view target = "/") const;  ///< http://127.0.0.1:PORT/...

  /// Answers are held back until so many requests wait for one.
  void gather(std::size_t requests) { gather_ = requests; }
  /// Connections are closed as soon as they are opened.
  void refuse_connections() { refuse_ = true; }

  std::size_t connections() const { return connections_; }
  std::vector<std::string> requests() const;
  /// The most requests that waited for an answer at the same time.
  std::size_t most_waiting() const { return most_waiting_; }

 private:
  struct Waiting {
    int connection;
    std::string request;
  };

  void serve();
  void accept_one();
  void read_from(int connection);
  void take_requests(int connection);
  void answer_waiting();
  void reply_to(const Waiting& waiting);
  void send_bytes(int connection, const TestReply& reply);
  void close_connection(int connection);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::map<int, std::string> unread_;  ///< by connection; what came and is no whole request yet
  std::vector<int> held_;
  std::vector<Waiting> waiting_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> refuse_{false};
  std::atomic<std::size_t> gather_{1};
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> most_waiting_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

}  // namespace vdp
