#include "apps/lambda/records_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

namespace vdp::lambda {
namespace {

using Ids = std::vector<std::string>;

std::vector<Message> messages(const Ids& ids) {
  std::vector<Message> made;
  for (const std::string& id : ids) made.push_back({.id = id, .receipt = "x", .body = "body of " + id});
  return made;
}

/// Refuses the messages whose ids it was told.
class Letters final : public DeadLetterSink {
 public:
  explicit Letters(Ids refused = {}) : refused_(std::move(refused)) {}
  Status put(const Message& message, const std::string& reason) override {
    const std::scoped_lock lock(mutex_);
    if (std::ranges::find(refused_, message.id) != refused_.end()) return fail(ErrorKind::denied, "not taken");
    put_.push_back(message.id + ": " + reason);
    return {};
  }
  Ids sorted() const {
    Ids result = put_;
    std::ranges::sort(result);
    return result;
  }

 private:
  std::mutex mutex_;
  Ids refused_;
  Ids put_;
};

TEST(RecordsQueue, GivesEachMessageOnce) {
  RecordsQueue queue(messages({"a", "b", "c"}), 5);
  const auto first = queue.receive(2, 1).value();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].id, "b");
  EXPECT_EQ(first[1].body, "body of b");
  EXPECT_EQ(queue.depth()->waiting, 1U);
  EXPECT_EQ(queue.depth()->in_flight, 2U);
  EXPECT_EQ(queue.receive(10, 1)->size(), 1U);
  EXPECT_TRUE(queue.receive(10, 1)->empty());
  EXPECT_EQ(queue.max_receives(), 5U);
}

TEST(RecordsQueue, ReportsWhatIsNotSettled) {
  RecordsQueue queue(messages({"a", "b", "c", "d"}), 5);
  const auto received = queue.receive(3, 1).value();
  EXPECT_EQ(queue.unsettled(), (Ids{"a", "b", "c", "d"}));
  const Ids receipts = {received[0].receipt, "7", "x"};
  const auto removed = queue.remove(receipts).value();
  EXPECT_TRUE(removed[0]);
  EXPECT_EQ(removed[1].error().kind, ErrorKind::not_found);
  EXPECT_EQ(removed[2].error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue.bury("", "x").error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue.extend(receipts, 0)->size(), 3U);
  EXPECT_EQ(queue.unsettled(), (Ids{"b", "c", "d"}));
}

TEST(RecordsQueue, AMessageThatComesTwiceIsReportedOnce) {
  RecordsQueue queue(messages({"a", "a", "b"}), 5);
  const auto received = queue.receive(3, 1).value();
  EXPECT_NE(received[0].receipt, received[1].receipt);
  ASSERT_TRUE(queue.remove(Ids{received[0].receipt, received[2].receipt}));
  EXPECT_EQ(queue.unsettled(), Ids{"a"});
}

TEST(RecordsQueue, BuriesWhenItIsTold) {
  RecordsQueue queue(messages({"a", "b", "c"}), 5);
  const auto received = queue.receive(3, 1).value();
  ASSERT_TRUE(queue.bury(received[0].receipt, "no netCDF"));
  ASSERT_TRUE(queue.bury(received[1].receipt, "no JSON"));
  EXPECT_EQ(queue.depth()->dead, 2U);
  EXPECT_EQ(queue.unsettled(), (Ids{"a", "b", "c"}));
  EXPECT_TRUE(queue.bury_rejected(nullptr, std::nullopt));
  EXPECT_EQ(queue.unsettled(), (Ids{"a", "b", "c"})) << "SQS buries them where nobody else does";

  Letters letters({"b"});
  const auto buried = queue.bury_rejected(&letters, std::nullopt);
  ASSERT_FALSE(buried);
  EXPECT_EQ(buried.error().text(), "message b: not taken");
  EXPECT_EQ(letters.sorted(), Ids{"a: no netCDF"});
  EXPECT_EQ(queue.unsettled(), (Ids{"b", "c"}));
}

TEST(RecordsQueue, LettersThatHaveNoTimeComeBack) {
  Ids ids;
  for (int i = 0; i < 100; ++i) ids.push_back(std::to_string(i));
  RecordsQueue queue(messages(ids), 5);
  const auto received = queue.receive(100, 1);
  for (const Message& message : *received) ASSERT_TRUE(queue.bury(message.receipt, "r"));
  Letters letters;
  EXPECT_EQ(queue.bury_rejected(&letters, 0).error().kind, ErrorKind::cancelled);
  EXPECT_EQ(queue.unsettled().size(), 100U);
  EXPECT_TRUE(queue.bury_rejected(&letters, std::nullopt));
  EXPECT_EQ(letters.sorted().size(), 100U);
  EXPECT_TRUE(queue.unsettled().empty());
}

TEST(RecordsQueue, IsNoQueueToSendTo) {
  RecordsQueue queue({}, 5);
  EXPECT_EQ(queue.send(Ids{"a"}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(queue.dead_letters(1).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace vdp::lambda
