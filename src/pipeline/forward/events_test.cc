// What becomes of messages that name several files, of files that several messages name, and of files that are gone.
#include <fmt/format.h>

#include "base/json.h"
#include "pipeline/forward/scripted_processor.h"

namespace vdp {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;  // event names and keys

std::string notification(const Records& records) {
  Json list = Json::array();
  for (const auto& [name, key] : records) {
    list.push_back({{"eventSource", "aws:s3"},
                    {"eventName", name},
                    {"s3", {{"bucket", {{"name", "b"}}}, {"object", {{"key", key}, {"eTag", "1"}}}}}});
  }
  return Json{{"Records", list}}.dump();
}

const std::string made = "ObjectCreated:Put";
const std::string gone = "ObjectRemoved:Delete";

class ForwardEventsTest : public ForwardTest {
 protected:
  ForwardEventsTest() { options_.batch = 10; }

  void send_bodies(const std::vector<std::string>& bodies) { ASSERT_TRUE(queue_->send(bodies)); }
  std::vector<DeadLetter> letters() { return queue_->dead_letters(10).value(); }
  std::uint64_t left() { return depth().waiting + depth().in_flight; }
};

TEST_F(ForwardEventsTest, AMessageMayNameSeveralFiles) {
  send_bodies({notification({{made, "a"}, {made, "dir%2Fb+c"}})});
  ScriptedProcessor processor(written);
  EXPECT_EQ(run(processor).outcomes.written, 2U);
  EXPECT_EQ(processor.offered, (std::map<std::string, int>{{"a", 1}, {"dir/b c", 1}}));
  EXPECT_EQ(left(), 0U);
}

TEST_F(ForwardEventsTest, OneRejectedFileMakesItsMessageADeadLetterAndTheRestIsWritten) {
  send_bodies({notification({{made, "a"}, {made, "bad1"}, {made, "bad2"}})});
  ScriptedProcessor processor([](const Granule& granule) {
    return granule.key == "a" ? written(granule) : Outcome::rejected(granule, "why " + granule.key);
  });
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.written, 1U);
  EXPECT_EQ(report.outcomes.rejected, 2U);
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].reason, "s3://b/bad1: why bad1; s3://b/bad2: why bad2");
}

TEST_F(ForwardEventsTest, OneDeferredFileKeepsItsMessage) {
  send_bodies({notification({{made, "a"}, {made, "later"}, {made, "bad"}})});
  bool is_later = false;
  ScriptedProcessor processor([&](const Granule& granule) {
    if (granule.key == "bad") return Outcome::rejected(granule, "why");
    return granule.key == "later" && !is_later ? Outcome::deferred(granule, "no answer") : written(granule);
  });
  const auto first = run(processor);
  EXPECT_EQ(first.outcomes.written, 1U);
  EXPECT_EQ(first.outcomes.deferred, 1U);
  EXPECT_EQ(first.outcomes.rejected, 0U);
  EXPECT_EQ(depth().dead, 0U);
  clock_.sleep_us(options_.visibility_timeout_us);
  is_later = true;
  const auto second = run(processor);
  EXPECT_EQ(second.outcomes.rejected, 1U);
  EXPECT_EQ(left(), 0U);
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].reason, "s3://b/bad: why");
}

TEST_F(ForwardEventsTest, OnlyWhatIsOpenOfAWaitingMessageIsTriedAgain) {
  options_.batch = 1;
  send_bodies({notification({{made, "a"}, {made, "c"}}), notification({{made, "b"}})});
  bool b_is_there = false;
  ScriptedProcessor processor([&](const Granule& granule) {
    b_is_there = b_is_there || granule.key == "b";
    if (granule.key != "c" || b_is_there) return written(granule);
    Outcome outcome = Outcome::deferred(granule, "after b");
    outcome.waits = true;
    return outcome;
  });
  run(processor);
  EXPECT_EQ(processor.offered["a"], 1);
  EXPECT_EQ(processor.offered["c"], 2);
}

TEST_F(ForwardEventsTest, AFileThatSeveralMessagesNameIsTriedOnceAndEachMessageIsSettled) {
  const std::string same = notification({{made, "a"}});
  send_bodies({same, same, "s3://b/a", R"({"bucket":"b","key":"a"})", notification({{made, "a"}, {made, "b"}})});
  ScriptedProcessor processor(written);
  const auto report = run(processor);
  EXPECT_EQ(processor.offered, (std::map<std::string, int>{{"a", 1}, {"b", 1}}));
  EXPECT_EQ(report.outcomes.written, 2U);
  EXPECT_EQ(report.outcomes.unchanged, 4U);
  EXPECT_EQ(report.refs, 2U);
  EXPECT_EQ(left(), 0U);
}

TEST_F(ForwardEventsTest, VersionsThatMessagesDoNotAgreeOnAreNotBelieved) {
  std::vector<std::string> etags;
  ScriptedProcessor processor([&](const Granule& granule) {
    etags.push_back(granule.etag);
    return written(granule);
  });
  send_bodies({R"({"uri":"s3://b/a","etag":"1"})", R"({"uri":"s3://b/a","etag":"2"})"});
  run(processor);
  send_bodies({R"({"uri":"s3://b/a","etag":"1"})", R"({"uri":"s3://b/a","etag":"1"})"});
  run(processor);
  EXPECT_EQ(etags, (std::vector<std::string>{"", "\"1\""}));
}

TEST_F(ForwardEventsTest, NothingToDoIsDoneAndNoted) {
  send_bodies({R"({"Service":"Amazon S3","Event":"s3:TestEvent"})", notification({{"ObjectTagging:Put", "a"}})});
  ScriptedProcessor processor(written);
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.total(), 0U);
  EXPECT_EQ(report.notes.size(), 2U);
  EXPECT_EQ(left() + depth().dead, 0U);
}

TEST_F(ForwardEventsTest, UnknownShapesAreDeadLettersThatTellNothingOfThem) {
  send_bodies({R"({"hidden":1})", R"({"Type":"SubscriptionConfirmation","Token":"hidden"})", "s3://hidden"});
  ScriptedProcessor processor(written);
  EXPECT_EQ(run(processor).outcomes.rejected, 3U);
  for (const auto& letter : letters()) {
    EXPECT_EQ(letter.reason.find("hidden"), letter.body == "s3://hidden" ? 5U : std::string::npos) << letter.reason;
  }
}

TEST_F(ForwardEventsTest, AFileThatIsGoneIsRetracted) {
  send_bodies({notification({{gone, "a"}, {made, "b"}}), notification({{gone, "a"}})});
  ScriptedProcessor processor(written);
  processor.retract = [](const Granule& granule) {
    return Outcome{Outcome::Kind::retracted, granule, {}, 0, {}, false};
  };
  const auto report = run(processor);
  EXPECT_EQ(report.outcomes.retracted, 1U);
  EXPECT_EQ(report.outcomes.unchanged, 1U);
  EXPECT_EQ(report.outcomes.written, 1U);
  EXPECT_EQ(processor.looked_for["a"], 1);
  EXPECT_EQ(processor.offered.contains("a"), false);
  EXPECT_EQ(left(), 0U);
}

TEST_F(ForwardEventsTest, AFileThatIsThereAgainIsLookedAtWithTheOthers) {
  send_bodies({notification({{gone, "a"}}), notification({{made, "a"}})});
  ScriptedProcessor processor(written);
  processor.retract = [](const Granule&) { return std::nullopt; };
  EXPECT_EQ(run(processor).outcomes.written, 1U);
  EXPECT_EQ(processor.looked_for["a"], 1);
  EXPECT_EQ(processor.offered["a"], 1);
}

/// What other consumers have written since the batch before may be what is gone.
TEST_F(ForwardEventsTest, WhatIsGoneIsTakenOutOfTheNewestState) {
  options_.batch = 1;
  send_bodies({notification({{made, "a"}}), notification({{made, "b"}}), notification({{gone, "c"}})});
  ScriptedProcessor processor(written);
  processor.retract = [&](const Granule& granule) {
    EXPECT_EQ(processor.sessions, 2);
    return Outcome::unchanged(granule);
  };
  EXPECT_EQ(run(processor).outcomes.total(), 3U);
  EXPECT_EQ(processor.looked_for["c"], 1);
}

TEST_F(ForwardEventsTest, AProcessorThatRetractsNothingSaysSo) {
  send_bodies({notification({{gone, "a"}})});
  ScriptedProcessor processor(written);
  EXPECT_EQ(run(processor).outcomes.rejected, 1U);
  EXPECT_NE(letters().at(0).reason.find("does not offer retract_file"), std::string::npos);
}

TEST_F(ForwardEventsTest, OfAUriTheKeyIsWhatFollowsTheBucket) {
  const ScriptedProcessor processor(written);
  EXPECT_EQ(processor.granule_at("s3://b/dir/a%20b").value().key, "dir/a b");
  EXPECT_EQ(processor.granule_at("https://host/a").value().uri, "https://host/a");
  EXPECT_FALSE(processor.granule_at("s3://b"));
  EXPECT_FALSE(processor.granule_at("s3://b/%zz"));
  EXPECT_FALSE(processor.granule_at("b/a"));
}

}  // namespace
}  // namespace vdp
