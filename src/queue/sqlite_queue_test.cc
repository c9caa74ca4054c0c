#include "queue/sqlite_queue.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "queue/conformance.h"
#include "queue/test_folder.h"

namespace vdp {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3600 * second;

std::vector<std::string> numbered_bodies(int count) {
  std::vector<std::string> bodies;
  for (int i = 0; i < count; ++i) bodies.push_back(std::to_string(i));
  return bodies;
}

std::vector<std::string> bodies_of(const std::vector<Message>& messages) {
  std::vector<std::string> bodies;
  for (const Message& message : messages) bodies.push_back(message.body);
  return bodies;
}

std::vector<std::string> receipts_of(const std::vector<Message>& messages) {
  std::vector<std::string> receipts;
  for (const Message& message : messages) receipts.push_back(message.receipt);
  return receipts;
}

/// The folder lives as long as the queue.
QueuePtr make_empty(QueueOptions options) {
  struct Kept {
    TestFolder folder;
    QueuePtr queue;
  };
  auto kept = std::make_shared<Kept>();
  kept->queue = open_sqlite_queue(kept->folder.file("queue.db"), options).value();
  return {kept, kept->queue.get()};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, QueueConformance, testing::Values(QueueCase{"sqlite", make_empty}), queue_case_name);

class SqliteQueueTest : public testing::Test {
 protected:
  QueuePtr open() {
    auto queue = open_sqlite_queue(path_, {.max_receives = 3, .clock = &clock_});
    EXPECT_TRUE(queue) << queue.error().text();
    return queue.value();
  }

  /// The error of opening what is at the path.
  Error refusal() {
    const auto queue = open_sqlite_queue(path_);
    EXPECT_FALSE(queue);
    return queue ? Error{} : queue.error();
  }

  void run_sql(const char* sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(connection);
    sqlite3_close(connection);
  }

  TestFolder folder_;
  const std::string path_ = folder_.file("deep/er/queue.db");
  ManualClock clock_{1'000'000'000};
};

TEST_F(SqliteQueueTest, KeepsEverythingOverReopening) {
  auto queue = open();
  const auto ids = queue->send(std::vector<std::string>{"waiting", "returned", "buried"}).value();
  const auto messages = queue->receive(3, hour).value();
  ASSERT_EQ(messages.size(), 3U);
  ASSERT_TRUE(queue->extend(std::vector{messages[0].receipt}, 0));
  ASSERT_TRUE(queue->bury(messages[2].receipt, "why"));
  queue.reset();
  clock_.sleep_us(second);

  queue = open();
  const QueueDepth depth = queue->depth().value();
  EXPECT_EQ(depth.waiting, 2U);
  EXPECT_EQ(depth.in_flight, 0U);
  EXPECT_EQ(depth.dead, 1U);
  EXPECT_EQ(depth.oldest_age_us, second);
  const auto again = queue->receive(10, hour).value();
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].id, ids[0]);
  EXPECT_EQ(again[1].id, ids[1]);
  EXPECT_EQ(again[1].body, "returned");
  EXPECT_EQ(again[1].receive_count, 2U);
  EXPECT_EQ(again[1].sent_us, messages[1].sent_us);
  EXPECT_NE(again[1].receipt, messages[1].receipt);
  const auto letters = queue->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].id, ids[2]);
  EXPECT_EQ(letters[0].body, "buried");
  EXPECT_EQ(letters[0].reason, "why");
  EXPECT_EQ(letters[0].receive_count, 1U);
  EXPECT_EQ(letters[0].died_us, messages[2].sent_us);
}

TEST_F(SqliteQueueTest, NeverUsesANumberTwice) {
  auto queue = open();
  const auto first = queue->send(std::vector<std::string>{"a"}).value();
  const auto messages = queue->receive(1, hour).value();
  ASSERT_TRUE(queue->remove(receipts_of(messages)));
  queue.reset();
  queue = open();
  EXPECT_NE(queue->send(std::vector<std::string>{"b"}).value(), first);
  EXPECT_NE(queue->receive(1, hour)->at(0).receipt, messages[0].receipt);
}

TEST_F(SqliteQueueTest, DeliversInTheOrderOfSending) {
  const auto queue = open();
  ASSERT_TRUE(queue->send(numbered_bodies(6)));
  const auto first = queue->receive(4, second).value();
  EXPECT_EQ(bodies_of(first), (std::vector<std::string>{"0", "1", "2", "3"}));
  ASSERT_TRUE(queue->remove(std::vector{first[1].receipt}));
  clock_.sleep_us(second);
  ASSERT_TRUE(queue->send(std::vector<std::string>{"6"}));
  EXPECT_EQ(bodies_of(queue->receive(10, second).value()), (std::vector<std::string>{"0", "2", "3", "4", "5", "6"}));
}

TEST_F(SqliteQueueTest, TwoOpenQueuesShareOneState) {
  const auto one = open();
  const auto other = open();
  ASSERT_TRUE(one->send(numbered_bodies(5)));
  const auto ones = one->receive(2, hour).value();
  const auto others = other->receive(2, hour).value();
  EXPECT_EQ(bodies_of(ones), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(bodies_of(others), (std::vector<std::string>{"2", "3"})) << "the living do not lose what they hold";
  for (const QueuePtr& queue : {one, other}) {
    EXPECT_EQ(queue->depth()->in_flight, 4U);
    EXPECT_EQ(queue->depth()->waiting, 1U);
  }
  const auto removed = other->remove(receipts_of(ones)).value();
  for (const Status& status : removed) EXPECT_TRUE(status);
  EXPECT_EQ(one->depth()->in_flight, 2U);
}

TEST_F(SqliteQueueTest, AnOrderedOneDeliversToOneConsumerAtATime) {
  const QueueOptions ordered{.max_receives = 3, .ordered = true, .clock = &clock_};
  const QueuePtr first = open_sqlite_queue(path_, ordered).value();
  const QueuePtr second = open_sqlite_queue(path_, ordered).value();
  ASSERT_TRUE(first->send(std::vector<std::string>{"a", "b", "c"}));
  const auto held = first->receive(1, 60'000'000).value();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_TRUE(second->receive(1, 60'000'000).value().empty());
  EXPECT_EQ(first->receive(1, 60'000'000).value().size(), 1U);
  ASSERT_TRUE(first->extend(std::vector<std::string>{held[0].receipt}, 0));
  EXPECT_TRUE(second->receive(1, 60'000'000).value().empty());
  clock_.sleep_us(60'000'000);
  EXPECT_EQ(second->receive(1, 60'000'000).value().at(0).body, "a");
}

TEST_F(SqliteQueueTest, ClosingGivesBackWhatWasHeld) {
  auto one = open();
  const auto other = open();
  ASSERT_TRUE(one->send(numbered_bodies(4)));
  ASSERT_EQ(other->receive(1, hour)->size(), 1U);
  ASSERT_EQ(one->receive(2, hour)->size(), 2U);
  one.reset();
  EXPECT_EQ(other->depth()->in_flight, 1U);
  EXPECT_EQ(bodies_of(other->receive(10, hour).value()), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(SqliteQueueTest, OpenedWithFewerDeliveriesAllowedItBuriesWhatHadThem) {
  auto queue = open();
  ASSERT_TRUE(queue->send(numbered_bodies(2)));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(queue->receive(1, 0)->size(), 1U);
  queue.reset();
  queue = open_sqlite_queue(path_, {.max_receives = 2, .clock = &clock_}).value();
  EXPECT_EQ(bodies_of(queue->receive(10, hour).value()), (std::vector<std::string>{"1"}));
  EXPECT_EQ(queue->dead_letters(10)->size(), 1U);
}

TEST_F(SqliteQueueTest, ReadsAFewOfManyDeadLetters) {
  const auto queue = open();
  constexpr int count = 10'000;
  ASSERT_TRUE(queue->send(numbered_bodies(count)));
  for (std::uint32_t i = 0; i < queue->max_receives(); ++i) ASSERT_EQ(queue->receive(count, 0)->size(), 10'000U);
  const auto letters = queue->dead_letters(2).value();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].body, "0");
  EXPECT_EQ(letters[1].body, "1");
  EXPECT_EQ(queue->depth()->dead, 10'000U);
}

TEST_F(SqliteQueueTest, RefusesWhatIsNoQueue) {
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_EQ(refusal().kind, ErrorKind::corrupt);
  EXPECT_NE(refusal().text().find(path_), std::string::npos);
  EXPECT_NE(refusal().text().find("not a database"), std::string::npos) << refusal().text();
  std::filesystem::remove(path_);

  run_sql("CREATE TABLE t(a); INSERT INTO t VALUES (1);");
  EXPECT_EQ(refusal().kind, ErrorKind::unsupported);
  EXPECT_NE(refusal().text().find(path_), std::string::npos);
  EXPECT_NE(refusal().text().find("no queue"), std::string::npos) << refusal().text();
  std::filesystem::remove(path_);

  std::filesystem::create_directory(path_);
  EXPECT_EQ(refusal().kind, ErrorKind::denied);
  EXPECT_EQ(open_sqlite_queue("").error().kind, ErrorKind::invalid);
}

TEST_F(SqliteQueueTest, LeavesAnotherProgramsDatabaseAsItIs) {
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path());
  run_sql("CREATE TABLE t(a);");
  const auto bytes = [&] {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = bytes();
  EXPECT_EQ(refusal().kind, ErrorKind::unsupported);
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteQueueTest, RefusesAnotherVersion) {
  open().reset();
  run_sql("PRAGMA user_version = 7");
  EXPECT_EQ(refusal().kind, ErrorKind::unsupported);
  EXPECT_NE(refusal().text().find("version 7, expected version 1"), std::string::npos) << refusal().text();
}

TEST_F(SqliteQueueTest, RefusesATornFile) {
  auto queue = open();
  ASSERT_TRUE(queue->send(std::vector<std::string>(1000, std::string(100, 'x'))));
  queue.reset();
  const auto size = std::filesystem::file_size(path_);
  for (const std::uintmax_t kept : {size / 2, std::uintmax_t{4096}, std::uintmax_t{50}}) {
    std::filesystem::resize_file(path_, kept);
    EXPECT_EQ(refusal().kind, ErrorKind::corrupt) << kept;
    EXPECT_NE(refusal().text().find(path_), std::string::npos);
  }
}

TEST_F(SqliteQueueTest, ADamagedPageIsAnError) {
  auto queue = open();
  ASSERT_TRUE(queue->send(std::vector<std::string>(1000, std::string(100, 'x'))));
  queue.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2 * 4096);
    file << std::string(30 * 4096, '\xff');
  }
  const auto damaged = open_sqlite_queue(path_);
  const Error error = damaged ? damaged.value()->receive(1000, second).error() : damaged.error();
  EXPECT_EQ(error.kind, ErrorKind::corrupt);
  EXPECT_NE(error.text().find(path_), std::string::npos);
}

TEST_F(SqliteQueueTest, HundredsOfThousandsOfMessagesAreQuick) {
  const auto queue = open();
  ASSERT_TRUE(queue->send(std::vector<std::string>(200'000, "body")));
  ASSERT_EQ(queue->receive(50'000, hour)->size(), 50'000U);
  for (int i = 0; i < 200; ++i) {
    const auto messages = queue->receive(100, hour).value();
    ASSERT_EQ(messages.size(), 100U);
    ASSERT_TRUE(queue->extend(receipts_of(messages), hour));
    ASSERT_TRUE(queue->remove(receipts_of(messages)));
    ASSERT_EQ(queue->depth()->in_flight, 50'000U);
  }
  EXPECT_EQ(queue->depth()->waiting, 130'000U);
}

}  // namespace
}  // namespace vdp
