// The conformance suite over a real SQS server: tests/test_queue_conformance.py starts one and names its endpoint in
// VDP_TEST_SQS_URL ("http://127.0.0.1:9324"), beside AWS's own variables. Without it there is nothing to run here.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include "base/json_field.h"
#include "queue/conformance.h"
#include "queue/sqs_dead_letters.h"
#include "queue/sqs_queue.h"

namespace vdp {
namespace {

constexpr std::int64_t second = 1'000'000;

bool has_server() { return std::getenv("VDP_TEST_SQS_URL") != nullptr; }

SqsApiPtr make_api() {
  auto api = open_sqs_api(fmt::format("{}/000000000000/any", std::getenv("VDP_TEST_SQS_URL")));
  EXPECT_TRUE(api) << api.error().text();
  return api.value_or(nullptr);
}

/// A name that no other test of any process has.
std::string new_name() {
  static std::atomic<int> number = 0;
  return fmt::format("queue-{}-{}-{}", ::getpid(), system_clock().now_us(), ++number);
}

std::string create_queue(SqsApi& api, const std::string& name, const Json& attributes) {
  const auto made = api.call("CreateQueue", {{"QueueName", name}, {"Attributes", attributes}});
  EXPECT_TRUE(made) << made.error().text();
  return made ? text_field(*made, "QueueUrl") : std::string();
}

struct QueuePair {
  std::string url;
  std::string dead_url;
};

QueuePair create_pair(SqsApi& api, std::uint32_t max_receives) {
  const std::string name = new_name();
  QueuePair pair;
  pair.dead_url = create_queue(api, name + "-dead", Json::object());
  const auto told =
      api.call("GetQueueAttributes", {{"QueueUrl", pair.dead_url}, {"AttributeNames", Json::array({"QueueArn"})}});
  EXPECT_TRUE(told) << told.error().text();
  const Json policy = {{"deadLetterTargetArn", (*told)["Attributes"]["QueueArn"]}, {"maxReceiveCount", max_receives}};
  pair.url = create_queue(api, name, {{"RedrivePolicy", policy.dump()}});
  return pair;
}

/// Short polls, which miss nothing on a server of one host.
constexpr SqsQueueOptions at_once{.wait = std::chrono::seconds(0)};

QueuePtr make_empty_sqs(QueueOptions options) {
  const SqsApiPtr api = make_api();
  const auto queue = open_sqs_queue(api, create_pair(*api, options.max_receives).url, at_once);
  EXPECT_TRUE(queue) << queue.error().text();
  return queue.value_or(nullptr);
}

std::vector<QueueCase> cases() {
  if (!has_server()) return {};
  return {{.name = "sqs",
           .make_empty = make_empty_sqs,
           .runs_on_own_clock = true,
           .holds_any_bytes = false,
           .keeps_ids_on_redrive = false}};
}

INSTANTIATE_TEST_SUITE_P(Sqs, QueueConformance, testing::ValuesIn(cases()), queue_case_name);

class SqsServer : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_server()) GTEST_SKIP() << "no SQS server is named";
    api_ = make_api();
    pair_ = create_pair(*api_, 2);
    queue_ = open_sqs_queue(api_, pair_.url, at_once).value();
  }

  SqsApiPtr api_;
  QueuePair pair_;
  QueuePtr queue_;
};

TEST_F(SqsServer, NamesAQueueThatIsNotThere) {
  const auto queue = open_sqs_queue(pair_.url + "-not-there", at_once);
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().kind, ErrorKind::not_found) << queue.error().text();
  EXPECT_NE(queue.error().text().find("-not-there"), std::string::npos) << queue.error().text();
}

TEST_F(SqsServer, RefusesAQueueWithoutDeadLetters) {
  EXPECT_EQ(open_sqs_queue(pair_.dead_url, at_once).error().kind, ErrorKind::invalid);
}

TEST_F(SqsServer, AQueueThatIsDeletedMeanwhileIsNotFound) {
  ASSERT_TRUE(queue_->send(std::vector<std::string>{"a"}));
  ASSERT_TRUE(api_->call("DeleteQueue", {{"QueueUrl", pair_.url}}));
  EXPECT_EQ(queue_->receive(1, second).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue_->send(std::vector<std::string>{"a"}).error().kind, ErrorKind::not_found);
}

TEST_F(SqsServer, HoldsBodiesUpToItsLimit) {
  const std::vector<std::string> bodies = {std::string(200'000, 'a'), std::string(200'000, 'b'),
                                           std::string(262'144, 'c'), std::string(1000, 'd')};
  ASSERT_TRUE(queue_->send(bodies));
  const auto messages = queue_->receive(10, 60 * second).value();
  ASSERT_EQ(messages.size(), 4U);
  std::multiset<std::string> received;
  for (const Message& message : messages) received.insert(message.body);
  EXPECT_TRUE(received == std::multiset<std::string>(bodies.begin(), bodies.end()));
  EXPECT_EQ(queue_->send(std::vector<std::string>{std::string((1 << 20) + 1, 'x')}).error().kind, ErrorKind::invalid);
}

TEST_F(SqsServer, WaitsForAFirstMessage) {
  const auto waiting = open_sqs_queue(api_, pair_.url, {.wait = std::chrono::seconds(5)}).value();
  std::jthread sender([this] {
    system_clock().sleep_us(second);
    EXPECT_TRUE(queue_->send(std::vector<std::string>{"late"}));
  });
  const TimestampUs began_us = system_clock().now_us();
  EXPECT_EQ(waiting->receive(10, 60 * second)->size(), 1U);
  EXPECT_LT(system_clock().now_us() - began_us, 5 * second);
}

TEST_F(SqsServer, LettersThatSqsMovedHaveAReasonAndCanBeRedriven) {
  ASSERT_TRUE(queue_->send(std::vector<std::string>{"poison"}));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(queue_->receive(1, 0)->size(), 1U);
  ASSERT_TRUE(queue_->receive(1, 0)->empty());
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "delivered 2 times without success");
  EXPECT_EQ(queue_->dead_letters(10)->size(), 1U) << "listing gives back at once";
  EXPECT_EQ(queue_->redrive(std::vector<std::string>{letters[0].id}).value(), 1U);
  EXPECT_EQ(queue_->receive(1, second)->at(0).body, "poison");
  EXPECT_TRUE(queue_->dead_letters(10)->empty());
}

TEST_F(SqsServer, ManyDeadLettersAreListedAndRedriven) {
  constexpr int count = 330;
  const auto sink = open_sqs_dead_letters(pair_.dead_url).value();
  for (int i = 0; i < count; ++i) {
    const Message message{.id = fmt::format("m{}", i), .receipt = "", .body = fmt::format("{}", i)};
    ASSERT_TRUE(sink->put(message, fmt::format("reason {}", i)));
  }
  const auto letters = queue_->dead_letters(1000).value();
  ASSERT_EQ(letters.size(), std::size_t{count});
  std::vector<std::string> ids;
  for (const DeadLetter& letter : letters) {
    EXPECT_EQ(letter.id, "m" + letter.body);
    EXPECT_EQ(letter.reason, "reason " + letter.body);
    if (ids.size() < 300) ids.push_back(letter.id);
  }
  EXPECT_EQ(queue_->redrive(ids).value(), 300U);
  EXPECT_EQ(queue_->depth()->waiting, 300U);
  EXPECT_EQ(queue_->depth()->dead, 30U);
  EXPECT_EQ(queue_->dead_letters(1000)->size(), 30U);
}

}  // namespace
}  // namespace vdp
