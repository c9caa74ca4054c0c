#include "queue/conformance.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

namespace vdp {

constexpr std::int64_t second = 1'000'000;

void QueueConformance::SetUp() {
  QueueOptions options;
  options.max_receives = max_receives_;
  options.clock = &clock_;
  if (GetParam().runs_on_own_clock) unit_us_ = second;
  queue_ = GetParam().make_empty(options);
  ASSERT_NE(queue_, nullptr);
}

std::vector<std::string> QueueConformance::send(const std::vector<std::string>& bodies) {
  auto ids = queue_->send(bodies);
  EXPECT_TRUE(ids) << ids.error().text();
  return ids.value_or(std::vector<std::string>());
}

std::vector<Message> QueueConformance::receive(std::size_t max_messages, std::int64_t visibility_timeout_us) {
  auto messages = queue_->receive(max_messages, visibility_timeout_us);
  EXPECT_TRUE(messages) << messages.error().text();
  return messages.value_or(std::vector<Message>());
}

Message QueueConformance::receive_one(std::int64_t visibility_timeout_us) {
  auto messages = receive(1, visibility_timeout_us);
  // Servers look at some of their messages only: one that is there may be missed once, and is found soon.
  for (int i = 0; i < 10 && messages.empty() && GetParam().runs_on_own_clock; ++i) {
    system_clock().sleep_us(second / 10);
    messages = receive(1, visibility_timeout_us);
  }
  EXPECT_EQ(messages.size(), 1U);
  return messages.empty() ? Message{} : messages.front();
}

Status QueueConformance::extend(const std::string& receipt, std::int64_t visibility_timeout_us) {
  const std::vector<std::string> receipts = {receipt};
  auto statuses = queue_->extend(receipts, visibility_timeout_us);
  if (!statuses) return std::unexpected(statuses.error());
  EXPECT_EQ(statuses->size(), 1U);
  return statuses->front();
}

Status QueueConformance::remove(const std::string& receipt) {
  const std::vector<std::string> receipts = {receipt};
  auto statuses = queue_->remove(receipts);
  EXPECT_TRUE(statuses) << statuses.error().text();
  EXPECT_EQ(statuses->size(), 1U);
  return statuses->front();
}

QueueDepth QueueConformance::depth() {
  auto depth = queue_->depth();
  EXPECT_TRUE(depth) << depth.error().text();
  return depth.value_or(QueueDepth{});
}

void QueueConformance::pass(std::int64_t duration_us) {
  constexpr std::int64_t margin_us = 150'000;
  if (GetParam().runs_on_own_clock) {
    system_clock().sleep_us(duration_us + margin_us);
  } else {
    clock_.sleep_us(duration_us);
  }
}

void QueueConformance::pass_quickly(std::int64_t duration_us) {
  if (!GetParam().runs_on_own_clock) clock_.sleep_us(duration_us);
}

bool QueueConformance::is_now(TimestampUs found_us) {
  constexpr std::int64_t tolerance_us = 30 * second;
  if (!GetParam().runs_on_own_clock) return found_us == clock_.now_us();
  return std::abs(found_us - system_clock().now_us()) < tolerance_us;
}

TEST_P(QueueConformance, DeliversWhatWasSent) {
  EXPECT_TRUE(receive(10).empty());
  const bool any = GetParam().holds_any_bytes;
  const std::string bytes = any ? std::string("d\n\"é\0\xff", 7) : "d\t\r\n\"<&>é\\😀";
  const std::string least = any ? "" : " ";
  const auto ids = send({"a", "b", least, bytes});
  ASSERT_EQ(ids.size(), 4U);
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 4U);
  const auto messages = receive(10);
  ASSERT_EQ(messages.size(), 4U);
  std::multiset<std::string> bodies;
  for (const Message& message : messages) {
    bodies.insert(message.body);
    EXPECT_EQ(message.receive_count, 1U);
    EXPECT_TRUE(is_now(message.sent_us)) << message.sent_us;
    EXPECT_NE(std::ranges::find(ids, message.id), ids.end());
  }
  EXPECT_EQ(bodies, (std::multiset<std::string>{"a", "b", least, bytes}));
}

TEST_P(QueueConformance, RefusesBodiesThatItCannotHold) {
  if (GetParam().holds_any_bytes) return;
  for (const std::string& body : {std::string(), std::string("a\0", 2), std::string("a\xff"), std::string("\x1b[0m")}) {
    const auto sent = queue_->send(std::vector<std::string>{"good", body});
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, ErrorKind::invalid);
  }
  EXPECT_TRUE(receive(10).empty()) << "all or none";
}

TEST_P(QueueConformance, DeliversNoMoreThanAskedFor) {
  send({"a", "b", "c"});
  EXPECT_EQ(receive(2).size(), 2U);
  EXPECT_EQ(receive(2).size(), 1U);
  EXPECT_EQ(receive(2).size(), 0U);
  EXPECT_EQ(receive(0).size(), 0U);
}

TEST_P(QueueConformance, HidesUntilTheTimeoutEnds) {
  send({"a"});
  const Message first = receive_one(2 * unit_us_);
  pass(unit_us_);
  pass_quickly(unit_us_ - 1);
  EXPECT_TRUE(receive(1).empty());
  GetParam().runs_on_own_clock ? pass(unit_us_) : pass(1);
  const Message again = receive_one(2 * unit_us_);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.receive_count, 2U);
  EXPECT_NE(again.receipt, first.receipt);
  EXPECT_EQ(again.sent_us, first.sent_us);
}

TEST_P(QueueConformance, ExtendingHidesForLonger) {
  send({"a"});
  const Message message = receive_one(2 * unit_us_);
  pass(unit_us_);
  ASSERT_TRUE(extend(message.receipt, 3 * unit_us_));
  pass(2 * unit_us_);
  EXPECT_TRUE(receive(1).empty());
  ASSERT_TRUE(extend(message.receipt, 0));
  EXPECT_EQ(receive_one().id, message.id);
}

TEST_P(QueueConformance, ExtendsInBatches) {
  send({"a", "b", "c", "d"});
  const auto messages = receive(4, unit_us_);
  ASSERT_EQ(messages.size(), 4U);
  ASSERT_TRUE(remove(messages[1].receipt));
  const std::vector<std::string> receipts = {messages[0].receipt, messages[1].receipt, "no receipt",
                                             messages[2].receipt};
  const auto statuses = queue_->extend(receipts, 20 * unit_us_);
  ASSERT_TRUE(statuses);
  ASSERT_EQ(statuses->size(), 4U);
  EXPECT_TRUE(statuses->at(0));
  EXPECT_EQ(statuses->at(1).error().kind, ErrorKind::not_found);
  EXPECT_EQ(statuses->at(2).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(statuses->at(3));
  pass(unit_us_);
  EXPECT_EQ(receive_one().id, messages[3].id);
  EXPECT_EQ(depth().in_flight, 3U);
}

TEST_P(QueueConformance, HidesForEver) {
  send({"a", "b"});
  constexpr auto ever_us = std::numeric_limits<std::int64_t>::max();
  const Message message = receive_one(ever_us);
  ASSERT_TRUE(extend(message.receipt, ever_us));
  pass_quickly(1'000'000 * second);
  EXPECT_EQ(receive(10).size(), 1U);
}

TEST_P(QueueConformance, AReceiptIsGoodUntilTheNextDelivery) {
  send({"a", "b"});
  const auto messages = receive(2, unit_us_);
  ASSERT_EQ(messages.size(), 2U);
  pass(unit_us_);
  EXPECT_EQ(depth().waiting, 2U);
  ASSERT_TRUE(remove(messages[0].receipt));
  ASSERT_TRUE(extend(messages[1].receipt, 2 * unit_us_));
  EXPECT_EQ(depth().in_flight, 1U);
  EXPECT_TRUE(receive(2).empty());
}

TEST_P(QueueConformance, TellsAfterHowManyDeliveriesAMessageDies) { EXPECT_EQ(queue_->max_receives(), max_receives_); }

TEST_P(QueueConformance, OldReceiptsAreNotGoodForNewDeliveries) {
  send({"a"});
  const Message first = receive_one(0);
  const Message second_delivery = receive_one(10 * second);
  EXPECT_EQ(extend(first.receipt, second).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue_->bury(first.receipt, "why").error().kind, ErrorKind::not_found);
  const Status removed = remove(first.receipt);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::not_found);
  EXPECT_TRUE(remove(second_delivery.receipt));
  EXPECT_EQ(depth().waiting + depth().in_flight, 0U);
}

TEST_P(QueueConformance, RemovesInBatchesAndTwice) {
  send({"a", "b", "c"});
  const auto messages = receive(3, 2 * unit_us_);
  ASSERT_EQ(messages.size(), 3U);
  const std::vector<std::string> receipts = {messages[0].receipt, messages[1].receipt};
  for (int i = 0; i < 2; ++i) {
    const auto statuses = queue_->remove(receipts);
    ASSERT_TRUE(statuses);
    ASSERT_EQ(statuses->size(), 2U);
    for (const Status& status : *statuses) EXPECT_TRUE(status);
  }
  EXPECT_EQ(depth().in_flight, 1U);
  pass(2 * unit_us_);
  EXPECT_EQ(receive_one().id, messages[2].id);
}

TEST_P(QueueConformance, RefusesNegativeTimeouts) {
  send({"a"});
  EXPECT_EQ(queue_->receive(1, -1).error().kind, ErrorKind::invalid);
  const Message message = receive_one();
  EXPECT_EQ(extend(message.receipt, -1).error().kind, ErrorKind::invalid);
}

TEST_P(QueueConformance, MessagesThatAreNeverDoneDie) {
  const auto ids = send({"poison"});
  for (std::uint32_t i = 1; i <= max_receives_; ++i) {
    EXPECT_EQ(receive_one(unit_us_).receive_count, i);
    pass(unit_us_);
  }
  EXPECT_TRUE(receive(1).empty());
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].id, ids[0]);
  EXPECT_EQ(letters[0].body, "poison");
  EXPECT_EQ(letters[0].receive_count, max_receives_);
  EXPECT_FALSE(letters[0].reason.empty());
  EXPECT_TRUE(is_now(letters[0].died_us)) << letters[0].died_us;
  EXPECT_EQ(depth().dead, 1U);
}

TEST_P(QueueConformance, TheLastDeliveryMayStillSucceed) {
  send({"slow"});
  for (std::uint32_t i = 1; i < max_receives_; ++i) receive_one(0);
  const Message last = receive_one(2 * unit_us_);
  EXPECT_EQ(depth().dead, 0U);
  ASSERT_TRUE(remove(last.receipt));
  pass(2 * unit_us_);
  EXPECT_TRUE(receive(1).empty());
  EXPECT_EQ(depth().dead, 0U);
}

TEST_P(QueueConformance, BuriesWithAReason) {
  send({"a", "b"});
  const auto messages = receive(2, 3 * unit_us_);
  ASSERT_EQ(messages.size(), 2U);
  ASSERT_TRUE(queue_->bury(messages[1].receipt, "first"));
  pass(unit_us_);
  ASSERT_TRUE(queue_->bury(messages[0].receipt, "second"));
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].reason, "first");
  EXPECT_EQ(letters[0].id, messages[1].id);
  EXPECT_EQ(letters[1].reason, "second");
  EXPECT_EQ(letters[1].receive_count, 1U);
  EXPECT_TRUE(is_now(letters[1].died_us)) << letters[1].died_us;
  EXPECT_EQ(queue_->dead_letters(1)->size(), 1U);
  EXPECT_EQ(queue_->dead_letters(10)->size(), 2U);
  EXPECT_EQ(queue_->bury(messages[0].receipt, "again").error().kind, ErrorKind::not_found);
  pass(2 * unit_us_);
  EXPECT_TRUE(receive(10).empty());
}

TEST_P(QueueConformance, RedrivesDeadLetters) {
  send({"a", "b"});
  std::string first_receipt;
  for (const Message& message : receive(2)) {
    if (first_receipt.empty()) first_receipt = message.receipt;
    ASSERT_TRUE(queue_->bury(message.receipt, "why"));
  }
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 2U);
  const std::vector<std::string> ids = {letters[0].id, "no such id", letters[0].id};
  EXPECT_EQ(queue_->redrive(ids).value(), 1U);
  const Message again = receive_one();
  EXPECT_EQ(again.body, letters[0].body);
  if (GetParam().keeps_ids_on_redrive) {
    EXPECT_EQ(again.id, letters[0].id);
  }
  EXPECT_EQ(again.receive_count, 1U);
  EXPECT_EQ(depth().dead, 1U);
  EXPECT_TRUE(remove(first_receipt)) << "is good for nothing, and no error";
  EXPECT_EQ(depth().in_flight, 1U);
}

TEST_P(QueueConformance, DiscardsDeadLetters) {
  send({"a", "b"});
  for (const Message& message : receive(2)) ASSERT_TRUE(queue_->bury(message.receipt, "why"));
  const auto letters = queue_->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 2U);
  const std::vector<std::string> ids = {letters[0].id, "no such id", letters[0].id};
  EXPECT_EQ(queue_->discard(ids).value(), 1U);
  EXPECT_EQ(queue_->redrive(ids).value(), 0U);
  EXPECT_EQ(queue_->dead_letters(10).value().size(), 1U);
  EXPECT_TRUE(receive(10).empty());
}

TEST_P(QueueConformance, TellsItsDepthAndAge) {
  const bool tells_age = depth().oldest_age_us.has_value();
  EXPECT_TRUE(tells_age || GetParam().runs_on_own_clock) << "its own clock would be compared with ours";
  EXPECT_EQ(depth().oldest_age_us.value_or(0), 0);
  send({"a"});
  pass_quickly(5 * second);
  send({"b", "c"});
  receive(1, unit_us_);
  QueueDepth found = depth();
  EXPECT_EQ(found.waiting, 2U);
  EXPECT_EQ(found.in_flight, 1U);
  EXPECT_EQ(found.dead, 0U);
  if (tells_age) {
    EXPECT_EQ(found.oldest_age_us, 5 * second);
  }
  pass(unit_us_);
  EXPECT_EQ(depth().waiting, 3U);
  EXPECT_EQ(depth().in_flight, 0U);
}

TEST_P(QueueConformance, ManyReceiversShareTheMessages) {
  constexpr std::size_t count = 400;
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < count; ++i) bodies.push_back(std::to_string(i));
  send(bodies);
  std::mutex mutex;
  std::multiset<std::string> delivered;
  const auto work = [&] {
    while (true) {
      const auto messages = queue_->receive(7, 60 * second);
      if (!messages || messages->empty()) return;
      std::vector<std::string> receipts;
      const std::lock_guard lock(mutex);
      for (const Message& message : *messages) {
        delivered.insert(message.body);
        receipts.push_back(message.receipt);
      }
      EXPECT_TRUE(queue_->remove(receipts));
    }
  };
  std::vector<std::thread> receivers;
  for (int i = 0; i < 4; ++i) receivers.emplace_back(work);
  for (std::thread& receiver : receivers) receiver.join();
  EXPECT_EQ(delivered, std::multiset<std::string>(bodies.begin(), bodies.end()));
  EXPECT_EQ(depth().waiting + depth().in_flight, 0U);
}

}  // namespace vdp
