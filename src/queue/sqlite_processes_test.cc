// One queue file, several processes, some of which are killed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <thread>

#include "queue/sqlite_queue.h"
#include "queue/test_folder.h"

namespace vdp {
namespace {

constexpr std::int64_t hour = 3'600'000'000;

/// A forked process that runs `work`, which opens what it needs by itself. Nothing may be open in the parent meanwhile
/// that a child must not have.
class Child {
 public:
  explicit Child(const std::function<bool()>& work) : process_(fork()) {
    if (process_ == 0) _exit(work() ? 0 : 1);
  }
  ~Child() {
    if (process_ > 0) kill_now();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Whether it ended by itself and its work went well.
  bool succeeded() {
    const int status = wait();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  void kill_now() {
    kill(process_, SIGKILL);
    wait();
  }

 private:
  int wait() {
    int status = -1;
    waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }

  pid_t process_;
};

QueuePtr open_queue(const std::string& path) {
  auto queue = open_sqlite_queue(path, {.max_receives = 1000});
  if (!queue) std::fprintf(stderr, "%s\n", queue.error().text().c_str());
  return queue.value_or(nullptr);
}

std::vector<std::string> numbered_bodies(int count) {
  std::vector<std::string> bodies;
  for (int i = 0; i < count; ++i) bodies.push_back(std::to_string(i));
  return bodies;
}

/// Receives and removes until nothing waits; the bodies are lines of the file `log`, written before they are removed.
bool drain(const std::string& path, const std::string& log) {
  const QueuePtr queue = open_queue(path);
  if (queue == nullptr) return false;
  std::ofstream lines(log, std::ios::app);
  while (true) {
    const auto messages = queue->receive(10, hour);
    if (!messages) {
      std::fprintf(stderr, "%s\n", messages.error().text().c_str());
      return false;
    }
    if (messages->empty()) return true;
    std::vector<std::string> receipts;
    for (const Message& message : *messages) {
      lines << message.body << '\n';
      receipts.push_back(message.receipt);
    }
    lines.flush();
    const auto removed = queue->remove(receipts);
    if (!removed) return false;
    for (const Status& status : *removed) {
      if (!status) return false;
    }
  }
}

void count_lines(const std::string& log, std::map<std::string, int>& counts) {
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) ++counts[line];
}

TEST(SqliteProcesses, EachMessageGoesToOneOfThem) {
  const TestFolder folder;
  const std::string path = folder.file("queue.db");
  ASSERT_TRUE(open_queue(path)->send(numbered_bodies(2000)));
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(std::make_unique<Child>([&, i] { return drain(path, folder.file("log" + std::to_string(i))); }));
  }
  for (const auto& child : children) EXPECT_TRUE(child->succeeded());
  std::map<std::string, int> counts;
  for (int i = 0; i < 4; ++i) count_lines(folder.file("log" + std::to_string(i)), counts);
  EXPECT_EQ(counts.size(), 2000U);
  for (const auto& [body, count] : counts) EXPECT_EQ(count, 1) << body;
  const QueueDepth depth = open_queue(path)->depth().value();
  EXPECT_EQ(depth.waiting + depth.in_flight + depth.dead, 0U);
}

TEST(SqliteProcesses, OpenAFreshFileTogether) {
  const TestFolder folder;
  const std::string path = folder.file("queue.db");
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(std::make_unique<Child>([&] {
      for (int j = 0; j < 5; ++j) {
        const QueuePtr queue = open_queue(path);
        if (queue == nullptr || !queue->send(std::vector<std::string>{"body"})) return false;
      }
      return true;
    }));
  }
  for (const auto& child : children) EXPECT_TRUE(child->succeeded());
  const auto messages = open_queue(path)->receive(100, hour).value();
  std::set<std::string> ids;
  for (const Message& message : messages) ids.insert(message.id);
  EXPECT_EQ(ids.size(), 40U);
}

/// A child that holds the first `count` messages, and has them by the time this returns.
std::unique_ptr<Child> start_holder(const std::string& path, std::size_t count) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) return nullptr;
  auto child = std::make_unique<Child>([&] {
    const QueuePtr queue = open_queue(path);
    if (queue == nullptr || queue->receive(count, hour)->size() != count) return false;
    if (write(ends[1], "!", 1) != 1) return false;
    while (true) pause();
  });
  close(ends[1]);
  char byte = 0;
  const bool is_ready = read(ends[0], &byte, 1) == 1;
  close(ends[0]);
  return is_ready ? std::move(child) : nullptr;
}

TEST(SqliteProcesses, WhatAKilledOneHeldComesBackAtOnceAndFirst) {
  const TestFolder folder;
  const std::string path = folder.file("queue.db");
  ASSERT_TRUE(open_queue(path)->send(numbered_bodies(10)));
  const auto killed = start_holder(path, 3);
  ASSERT_NE(killed, nullptr);
  const auto alive = start_holder(path, 2);
  ASSERT_NE(alive, nullptr);

  const QueuePtr queue = open_queue(path);
  EXPECT_EQ(queue->depth()->in_flight, 5U);
  EXPECT_EQ(queue->receive(1, 0)->at(0).body, "5");
  killed->kill_now();
  EXPECT_EQ(queue->depth()->in_flight, 2U) << "the living one keeps what it holds";
  const auto messages = queue->receive(100, hour).value();
  std::vector<std::string> bodies;
  for (const Message& message : messages) bodies.push_back(message.body);
  EXPECT_EQ(bodies, (std::vector<std::string>{"0", "1", "2", "5", "6", "7", "8", "9"}));
  EXPECT_EQ(messages.at(0).receive_count, 2U);
  EXPECT_EQ(messages.at(4).receive_count, 1U);
}

TEST(SqliteProcesses, KilledAtAnyMomentNothingIsLost) {
  const TestFolder folder;
  const std::string path = folder.file("queue.db");
  constexpr int count = 1000;
  ASSERT_TRUE(open_queue(path)->send(numbered_bodies(count)));
  const auto start = [&] {
    return std::make_unique<Child>([&] { return drain(path, folder.file("log" + std::to_string(getpid()))); });
  };
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 3; ++i) children.push_back(start());
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(1'000 + i * 731 % 7'000));
    children[static_cast<std::size_t>(i) % 3]->kill_now();
    children[static_cast<std::size_t>(i) % 3] = start();
  }
  for (const auto& child : children) EXPECT_TRUE(child->succeeded());
  ASSERT_TRUE(drain(path, folder.file("log")));
  std::map<std::string, int> counts;
  for (const auto& file : std::filesystem::directory_iterator(folder.file(""))) {
    if (file.path().filename().string().starts_with("log")) count_lines(file.path(), counts);
  }
  for (const std::string& body : numbered_bodies(count)) EXPECT_GE(counts[body], 1) << body;
  const QueueDepth depth = open_queue(path)->depth().value();
  EXPECT_EQ(depth.waiting + depth.in_flight + depth.dead, 0U);
}

}  // namespace
}  // namespace vdp
