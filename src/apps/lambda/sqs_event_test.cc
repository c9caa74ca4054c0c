#include "apps/lambda/sqs_event.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace vdp::lambda {
namespace {

Json record(const std::string& id, const std::string& body) {
  return {{"messageId", id},
          {"receiptHandle", "r"},
          {"body", body},
          {"attributes", {{"ApproximateReceiveCount", "3"}, {"SentTimestamp", "1700000000123"}}},
          {"eventSource", "aws:sqs"}};
}

Json event_of(std::vector<Json> records) { return {{"Records", records}}; }

std::string error_of(const Json& event) {
  const auto parsed = parse_sqs_event(event);
  return parsed ? "" : parsed.error().text();
}

TEST(SqsEvent, RecordsAreMessages) {
  const auto messages = parse_sqs_event(event_of({record("a", "{}"), record("b", "x")})).value();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[1].id, "b");
  EXPECT_EQ(messages[1].body, "x");
  EXPECT_EQ(messages[1].receipt, "1");
  EXPECT_EQ(messages[1].receive_count, 3U);
  EXPECT_EQ(messages[1].sent_us, 1'700'000'000'123'000);
  EXPECT_TRUE(parse_sqs_event(event_of({}))->empty());
}

TEST(SqsEvent, AttributesMayBeMissingOrWrong) {
  Json wrong = record("a", "x");
  wrong["attributes"] = {{"ApproximateReceiveCount", "-1"}, {"SentTimestamp", 5}};
  Json missing = record("b", "x");
  missing.erase("attributes");
  const auto messages = parse_sqs_event(event_of({wrong, missing})).value();
  for (const Message& message : messages) {
    EXPECT_EQ(message.receive_count, 1U);
    EXPECT_EQ(message.sent_us, 0);
  }
}

TEST(SqsEvent, OtherEventsAreNamed) {
  EXPECT_EQ(error_of(Json::array()), "found a JSON array, expected the event of an SQS queue: {\"Records\": [...]}");
  EXPECT_NE(error_of({{"uri", "s3://secret"}}).find("an object with uri,"), std::string::npos);
  EXPECT_EQ(error_of({{"uri", "s3://secret"}}).find("secret"), std::string::npos);
  EXPECT_NE(error_of({{"Records", 1}}).find("an object with Records,"), std::string::npos);
  EXPECT_EQ(error_of(event_of({record("a", "x"), {{"EventSource", "aws:sns"}}})),
            "Records[1]: eventSource: found \"aws:sns\", expected \"aws:sqs\"");
  EXPECT_NE(error_of(event_of({1})).find("Records[0]: found a JSON number"), std::string::npos);
  EXPECT_NE(error_of(event_of({record("", "x")})).find("expected a messageId"), std::string::npos);
  Json without_body = record("a", "x");
  without_body["body"] = 1;
  EXPECT_NE(error_of(event_of({without_body})).find("expected a body"), std::string::npos);
}

}  // namespace
}  // namespace vdp::lambda
