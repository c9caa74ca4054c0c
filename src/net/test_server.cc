#include "net/test_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace vdp {
namespace {

constexpr int poll_ms = 20;

/// The length of the first whole request in `text`, 0 where it is not there yet.
std::size_t request_length(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  std::size_t body = 0;
  constexpr std::string_view name = "Content-Length: ";
  if (const std::size_t field = text.find(name); field < end) {
    std::from_chars(text.data() + field + name.size(), text.data() + end, body);
  }
  const std::size_t length = end + 4 + body;
  return text.size() >= length ? length : 0;
}

}  // namespace

std::string http_answer(int status, std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 {} Status\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body);
}

TestServer::TestServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 128) != 0 || getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("the test server cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

TestServer::~TestServer() {
  stop_ = true;
  thread_.join();
  for (const auto& [connection, text] : unread_) close(connection);
  for (const int connection : held_) close(connection);
  close(listener_);
}

Url TestServer::url(std::string_view target) const {
  return parse_url(fmt::format("http://127.0.0.1:{}{}", port_, target)).value();
}

std::vector<std::string> TestServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TestServer::serve() {
  while (!stop_) {
    std::vector<pollfd> watched{{listener_, POLLIN, 0}};
    for (const auto& [connection, text] : unread_) watched.push_back({connection, POLLIN, 0});
    if (poll(watched.data(), watched.size(), poll_ms) <= 0) continue;
    if (watched.front().revents != 0) accept_one();
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].revents != 0) read_from(watched[i].fd);
    }
    if (waiting_.size() >= gather_) answer_waiting();
  }
}

void TestServer::accept_one() {
  const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  ++connections_;
  if (refuse_) {
    close(connection);
  } else {
    unread_[connection];
  }
}

void TestServer::read_from(int connection) {
  char buffer[16384];
  const ssize_t length = recv(connection, buffer, sizeof(buffer), 0);
  if (length <= 0) return close_connection(connection);
  unread_[connection].append(buffer, static_cast<std::size_t>(length));
  take_requests(connection);
}

void TestServer::take_requests(int connection) {
  std::string& text = unread_[connection];
  while (const std::size_t length = request_length(text)) {
    waiting_.push_back({connection, text.substr(0, length)});
    text.erase(0, length);
    most_waiting_ = std::max<std::size_t>(most_waiting_, waiting_.size());
    const std::lock_guard lock(mutex_);
    requests_.push_back(waiting_.back().request);
  }
}

void TestServer::answer_waiting() {
  const std::vector<Waiting> answered = std::exchange(waiting_, {});
  for (const Waiting& one : answered) reply_to(one);
}

void TestServer::reply_to(const Waiting& waiting) {
  const TestReply reply = answer_(waiting.request);
  send_bytes(waiting.connection, reply);
  if (reply.then == TestReply::Then::close) close_connection(waiting.connection);
  if (reply.then == TestReply::Then::hold && unread_.erase(waiting.connection) != 0)
    held_.push_back(waiting.connection);
}

void TestServer::send_bytes(int connection, const TestReply& reply) {
  std::string_view left = reply.bytes;
  while (!left.empty() && !stop_) {
    std::this_thread::sleep_for(reply.per_byte);
    const std::size_t length = reply.per_byte.count() == 0 ? left.size() : 1;
    const ssize_t sent = send(connection, left.data(), length, MSG_NOSIGNAL);
    if (sent <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void TestServer::close_connection(int connection) {
  if (unread_.erase(connection) != 0) close(connection);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.connection == connection; });
}

}  // namespace vdp
