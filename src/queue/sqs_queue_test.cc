#include "queue/sqs_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "queue/scripted_sqs.h"

namespace vdp {
namespace {

constexpr std::int64_t second = 1'000'000;

Json message(const std::string& id, Json attributes = Json::object()) {
  return {{"MessageId", id},
          {"ReceiptHandle", "receipt of " + id},
          {"Body", "body of " + id},
          {"Attributes", {{"ApproximateReceiveCount", "2"}, {"SentTimestamp", "1700000000123"}}},
          {"MessageAttributes", std::move(attributes)}};
}

class SqsQueueTest : public testing::Test {
 protected:
  QueuePtr open() {
    auto queue = sqs_.open();
    EXPECT_TRUE(queue) << queue.error().text();
    return queue.value_or(nullptr);
  }

  /// A queue of so many messages; each receive takes some.
  void fill(int count) {
    left_ = count;
    sqs_.on("ReceiveMessage", [this](const ScriptedSqs::Asked& asked) {
      Json messages = Json::array();
      while (left_ > 0 && messages.size() < asked.body["MaxNumberOfMessages"].get<std::size_t>()) {
        messages.push_back(message("m" + std::to_string(left_--)));
      }
      return ScriptedSqs::json({{"Messages", std::move(messages)}});
    });
  }

  std::atomic<int> left_ = 0;
  ScriptedSqs sqs_;
};

TEST_F(SqsQueueTest, TakesDeadLettersAndDeliveriesFromTheRedrivePolicy) {
  EXPECT_EQ(open()->max_receives(), 4U);
  const auto asked = sqs_.asked("GetQueueUrl");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].body["QueueName"], "dead");
  EXPECT_EQ(asked[0].body["QueueOwnerAWSAccountId"], "123456789012");
}

TEST_F(SqsQueueTest, RefusesQueuesThatItCannotUse) {
  EXPECT_EQ(open_sqs_queue("https://sqs.eu-west-1.amazonaws.com/123456789012/granules.fifo").error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(open_sqs_queue("https://sqs.eu-west-1.amazonaws.com/").error().kind, ErrorKind::invalid);
  sqs_.on("GetQueueAttributes", [](const auto&) { return ScriptedSqs::json({{"Attributes", Json::object()}}); });
  const auto queue = sqs_.open();
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().kind, ErrorKind::invalid);
  EXPECT_NE(queue.error().text().find("redrive policy"), std::string::npos) << queue.error().text();
}

TEST_F(SqsQueueTest, RefusesRedrivePoliciesThatAreNone) {
  const std::string arn = "arn:aws:sqs:us-east-1:123456789012:dead";
  for (const std::string& policy :
       std::vector<std::string>{"no json", "[]", "{}", R"({"deadLetterTargetArn":")" + arn + "\"}",
                                R"({"maxReceiveCount":3,"deadLetterTargetArn":"arn:aws:sns:us-east-1:1:dead"})",
                                R"({"maxReceiveCount":0,"deadLetterTargetArn":")" + arn + "\"}",
                                R"({"maxReceiveCount":4294967297,"deadLetterTargetArn":")" + arn + "\"}",
                                R"({"maxReceiveCount":{},"deadLetterTargetArn":")" + arn + "\"}"}) {
    sqs_.on("GetQueueAttributes",
            [&](const auto&) { return ScriptedSqs::json({{"Attributes", {{"RedrivePolicy", policy}}}}); });
    const auto queue = sqs_.open();
    ASSERT_FALSE(queue) << policy;
    EXPECT_EQ(queue.error().kind, ErrorKind::corrupt) << policy;
  }
}

TEST_F(SqsQueueTest, ReceivesMoreThanTenInSeveralCalls) {
  fill(35);
  const auto queue = open();
  EXPECT_EQ(queue->receive(25, 90 * second)->size(), 25U);
  EXPECT_EQ(queue->receive(25, 90 * second)->size(), 10U);
  EXPECT_TRUE(queue->receive(25, 90 * second)->empty());
  for (const auto& asked : sqs_.asked("ReceiveMessage")) {
    EXPECT_LE(asked.body["MaxNumberOfMessages"].get<int>(), 10);
    EXPECT_EQ(asked.body["VisibilityTimeout"], 90);
  }
}

TEST_F(SqsQueueTest, AMessageThatCameTwiceIsOneWithItsLastReceipt) {
  std::atomic<int> calls = 0;
  sqs_.on("ReceiveMessage", [&](const auto&) {
    Json twice = message("twice");
    twice["ReceiptHandle"] = "receipt " + std::to_string(++calls);
    return ScriptedSqs::json({{"Messages", calls < 3 ? Json::array({twice}) : Json::array()}});
  });
  const auto messages = open()->receive(20, 0).value();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].receipt, "receipt 1");
}

TEST_F(SqsQueueTest, TellsWhatAMessageHas) {
  fill(1);
  const auto messages = open()->receive(1, second).value();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].id, "m1");
  EXPECT_EQ(messages[0].receipt, "receipt of m1");
  EXPECT_EQ(messages[0].body, "body of m1");
  EXPECT_EQ(messages[0].receive_count, 2U);
  EXPECT_EQ(messages[0].sent_us, 1'700'000'000'123'000);
}

TEST_F(SqsQueueTest, AnErrorAfterTheFirstCallLosesNoMessage) {
  std::atomic<int> calls = 0;
  sqs_.on("ReceiveMessage", [&](const auto&) {
    if (++calls > 1) return ScriptedSqs::error("OverLimit");
    Json messages = Json::array();
    for (int i = 0; i < 10; ++i) messages.push_back(message("m" + std::to_string(i)));
    return ScriptedSqs::json({{"Messages", messages}});
  });
  const auto queue = open();
  EXPECT_EQ(queue->receive(50, second)->size(), 10U);
  EXPECT_EQ(queue->receive(50, second).error().kind, ErrorKind::limit);
}

TEST_F(SqsQueueTest, TimeoutsAreWholeSecondsAndAtMostTwelveHours) {
  fill(0);
  sqs_.on("ChangeMessageVisibilityBatch", ScriptedSqs::success);
  const auto queue = open();
  const std::vector<std::pair<std::int64_t, int>> expected = {{0, 0},
                                                              {1, 1},
                                                              {second, 1},
                                                              {second + 1, 2},
                                                              {43'200 * second, 43'200},
                                                              {43'201 * second, 43'200},
                                                              {std::numeric_limits<std::int64_t>::max(), 43'200}};
  for (const auto& [timeout_us, asked_s] : expected) {
    ASSERT_TRUE(queue->receive(1, timeout_us));
    EXPECT_EQ(sqs_.asked("ReceiveMessage").back().body["VisibilityTimeout"], asked_s);
    ASSERT_TRUE(queue->extend(std::vector<std::string>{"r"}, timeout_us));
    EXPECT_EQ(sqs_.asked("ChangeMessageVisibilityBatch").back().body["Entries"][0]["VisibilityTimeout"], asked_s);
  }
}

TEST_F(SqsQueueTest, WhatIsInHandIsNotExtendedBeyondTwelveHoursInAll) {
  fill(1);
  sqs_.on("ChangeMessageVisibilityBatch", ScriptedSqs::success);
  const auto queue = open();
  const auto messages = queue->receive(1, second).value();
  ASSERT_EQ(messages.size(), 1U);
  ASSERT_TRUE(queue->extend(std::vector{messages[0].receipt}, 43'200 * second));
  const int asked_s = sqs_.asked("ChangeMessageVisibilityBatch").at(0).body["Entries"][0]["VisibilityTimeout"];
  EXPECT_LT(asked_s, 43'200);
  EXPECT_GT(asked_s, 43'000);
}

TEST_F(SqsQueueTest, ALostAnswerIsAskedForAgain) {
  std::atomic<int> calls = 0;
  sqs_.on("DeleteMessageBatch", [&](const ScriptedSqs::Asked& asked) {
    return ++calls == 1 ? TestReply{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"Succ",
                                    .then = TestReply::Then::close}
                        : ScriptedSqs::success(asked);
  });
  const auto statuses = open()->remove(std::vector<std::string>{"a", "b"});
  ASSERT_TRUE(statuses) << statuses.error().text();
  for (const Status& status : *statuses) EXPECT_TRUE(status);
  EXPECT_EQ(calls, 2);
}

TEST_F(SqsQueueTest, ThrottlingIsWaitedOut) {
  std::atomic<int> calls = 0;
  sqs_.on("SendMessageBatch", [&](const ScriptedSqs::Asked& asked) {
    switch (++calls) {
      case 1:
        return ScriptedSqs::error("RequestThrottled");
      case 2:
        return ScriptedSqs::error("ServiceUnavailable", 503);
      case 3:
        return ScriptedSqs::json({{"__type", "ThrottlingException"}}, 400);
      default:
        return ScriptedSqs::success(asked);
    }
  });
  EXPECT_TRUE(open()->send(std::vector<std::string>{"a"}));
  EXPECT_EQ(calls, 4);
  sqs_.on("SendMessageBatch", [&](const auto&) { return ScriptedSqs::error("RequestThrottled"); });
  const std::size_t before = sqs_.asked("SendMessageBatch").size();
  EXPECT_EQ(open()->send(std::vector<std::string>{"a"}).error().kind, ErrorKind::transient);
  EXPECT_EQ(sqs_.asked("SendMessageBatch").size() - before, static_cast<std::size_t>(sqs_retry_policy.max_attempts));
}

TEST_F(SqsQueueTest, EntriesOfABatchFailByThemselves) {
  std::atomic<int> calls = 0;
  sqs_.on("DeleteMessageBatch", [&](const ScriptedSqs::Asked& asked) {
    if (++calls > 1) return ScriptedSqs::success(asked);
    // 0 is fine, 1 is throttled, 2 is an old receipt, 3 is left out, and what is said of others is nonsense.
    return ScriptedSqs::json(
        {{"Successful", Json::array({{{"Id", "0"}}, {{"Id", "99"}}, {{"Id", "x"}}, "no object"})},
         {"Failed", Json::array({{{"Id", "1"}, {"Code", "InternalError"}, {"SenderFault", false}},
                                 {{"Id", "2"}, {"Code", "ReceiptHandleIsInvalid"}, {"SenderFault", true}}})}});
  });
  const auto statuses = open()->remove(std::vector<std::string>{"r0", "r1", "r2", "r3"});
  ASSERT_TRUE(statuses) << statuses.error().text();
  ASSERT_EQ(statuses->size(), 4U);
  EXPECT_TRUE(statuses->at(0));
  EXPECT_TRUE(statuses->at(1));
  EXPECT_EQ(statuses->at(2).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(statuses->at(3));
  const auto asked = sqs_.asked("DeleteMessageBatch");
  ASSERT_EQ(asked.size(), 2U);
  ASSERT_EQ(asked[1].body["Entries"].size(), 2U) << "those that may succeed, and no others";
  EXPECT_EQ(asked[1].body["Entries"][0]["ReceiptHandle"], "r1");
  EXPECT_EQ(asked[1].body["Entries"][1]["ReceiptHandle"], "r3");
}

TEST_F(SqsQueueTest, ReceiptsThatExpiredAreNotFound) {
  for (const char* code : {"ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight",
                           "AWS.SimpleQueueService.MessageNotInflight"}) {
    sqs_.on("ChangeMessageVisibilityBatch", [&](const auto&) {
      return ScriptedSqs::json(
          {{"Failed", Json::array({{{"Id", "0"}, {"Code", code}, {"SenderFault", true}, {"Message", "CANARY"}}})}});
    });
    const auto statuses = open()->extend(std::vector<std::string>{"old"}, second);
    ASSERT_TRUE(statuses) << statuses.error().text();
    EXPECT_EQ(statuses->at(0).error().kind, ErrorKind::not_found) << code;
    EXPECT_EQ(statuses->at(0).error().text().find("CANARY"), std::string::npos);
  }
}

TEST_F(SqsQueueTest, AQueueThatWasDeletedIsAnErrorOfTheWhole) {
  const auto queue = open();
  const auto gone = [](const auto&) {
    return TestReply{
        .bytes = http_answer(400, "{}", "x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\r\n")};
  };
  for (const char* action : {"ReceiveMessage", "ChangeMessageVisibilityBatch", "DeleteMessageBatch", "SendMessageBatch",
                             "GetQueueAttributes"}) {
    sqs_.on(action, gone);
  }
  const std::vector<std::string> one = {"r"};
  EXPECT_EQ(queue->receive(1, second).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue->extend(one, second).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue->remove(one).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue->send(one).error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue->depth().error().kind, ErrorKind::not_found);
  EXPECT_EQ(sqs_.open().error().kind, ErrorKind::not_found);
}

TEST_F(SqsQueueTest, AnswersThatAreNoneAreCorruptAndNotRepeated) {
  const auto queue = open();
  const std::string begin = R"({"Messages":[{"MessageId":"m","ReceiptHandle":)";
  const std::vector<std::string> answers = {
      "CANARY",
      "{\"CANARY",
      "[\"CANARY\"]",
      "{\"Messages\":" + std::string(5000, '[') + std::string(5000, ']') + "}",
      R"({"Messages":"CANARY"})",
      R"({"Messages":["CANARY"]})",
      R"({"Messages":[{"MessageId":"CANARY"}]})",
      begin + R"(7,"Body":"CANARY"}]})",
      begin + R"("r","Attributes":{"SentTimestamp":"CANARY"}}]})",
      begin + R"("r","Attributes":{"SentTimestamp":"9223372036854775807"}}]})",
      begin + R"("r","Attributes":{"ApproximateReceiveCount":"-1"}}]})",
      Json{{"Messages", Json(11, message("CANARY"))}}.dump(),
  };
  for (const std::string& body : answers) {
    sqs_.on("ReceiveMessage", [&](const auto&) { return TestReply{.bytes = http_answer(200, body)}; });
    const std::size_t before = sqs_.asked("ReceiveMessage").size();
    const auto received = queue->receive(1, second);
    ASSERT_FALSE(received) << body.substr(0, 100);
    EXPECT_EQ(received.error().kind, ErrorKind::corrupt) << body.substr(0, 100);
    EXPECT_EQ(received.error().text().find("CANARY"), std::string::npos) << received.error().text();
    EXPECT_EQ(sqs_.asked("ReceiveMessage").size(), before + 1);
  }
}

TEST_F(SqsQueueTest, OversizeAnswersAreRefused) {
  const auto queue = open();
  sqs_.on("SendMessageBatch", [&](const auto&) {
    return TestReply{.bytes = http_answer(200, "{\"x\":\"" + std::string(2 << 20, 'x') + "\"}")};
  });
  EXPECT_EQ(queue->send(std::vector<std::string>{"a"}).error().kind, ErrorKind::limit);
}

TEST_F(SqsQueueTest, ErrorsTellWhatTheServiceSaysAndNoSecret) {
  const auto queue = open();
  sqs_.on("SendMessageBatch", [&](const ScriptedSqs::Asked& asked) {
    const std::string echo = std::string(ScriptedSqs::secret_key) + " is not authorized " + ScriptedSqs::token;
    return ScriptedSqs::error("AccessDenied", 403, echo + asked.text);
  });
  const auto sent = queue->send(std::vector<std::string>{"a"});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::denied);
  const std::string text = sent.error().text();
  EXPECT_NE(text.find("SendMessageBatch"), std::string::npos) << text;
  EXPECT_NE(text.find("AccessDenied"), std::string::npos) << text;
  EXPECT_NE(text.find("is not authorized"), std::string::npos) << text;
  EXPECT_EQ(text.find("CANARY"), std::string::npos) << text;
  EXPECT_LT(text.size(), 600U) << "no whole answer";
}

TEST_F(SqsQueueTest, RequestsAreSignedForTheRegion) {
  const auto queue = open();
  const std::string text = sqs_.asked("GetQueueAttributes").at(0).text;
  EXPECT_TRUE(text.starts_with("POST / HTTP/1.1\r\n"));
  EXPECT_NE(text.find("/us-east-1/sqs/aws4_request"), std::string::npos);
  EXPECT_NE(text.find("x-amz-target"), std::string::npos) << "the action is signed";
  EXPECT_NE(text.find("Content-Type: application/x-amz-json-1.0"), std::string::npos);
}

TEST_F(SqsQueueTest, SendsInTensAndWithinTheSizeOfABatch) {
  sqs_.on("SendMessageBatch", ScriptedSqs::success);
  const auto queue = open();
  const std::vector<std::string> small(25, "small");
  EXPECT_EQ(queue->send(small)->size(), 25U);
  EXPECT_EQ(sqs_.asked("SendMessageBatch").size(), 3U);
  const std::vector<std::string> large(5, std::string(100'000, 'x'));
  EXPECT_EQ(queue->send(large)->size(), 5U);
  const auto asked = sqs_.asked("SendMessageBatch");
  EXPECT_EQ(asked.size(), 3U + 3U);
  for (const auto& each : asked) {
    std::size_t bytes = 0;
    for (const Json& entry : each.body["Entries"]) bytes += entry["MessageBody"].get<std::string>().size();
    EXPECT_LE(bytes, 262'144U);
  }
  EXPECT_TRUE(queue->send(std::vector<std::string>{}));
  EXPECT_EQ(sqs_.asked("SendMessageBatch").size(), asked.size()) << "nothing is no call";
}

TEST_F(SqsQueueTest, BodiesThatTheQueueDoesNotTakeAreRefusedBeforeAnythingIsSent) {
  const auto queue = open();
  const auto sent = queue->send(std::vector<std::string>{"good", std::string(262'145, 'x')});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::invalid);
  EXPECT_NE(sent.error().text().find("262145"), std::string::npos) << sent.error().text();
  EXPECT_TRUE(sqs_.asked("SendMessageBatch").empty());
}

TEST_F(SqsQueueTest, BuriesInTheDeadLetterQueueThenDeletes) {
  fill(1);
  sqs_.on("SendMessage", [](const auto&) { return ScriptedSqs::json({{"MessageId", "letter"}}); });
  sqs_.on("DeleteMessageBatch", ScriptedSqs::success);
  const auto queue = open();
  ASSERT_EQ(queue->receive(1, second)->size(), 1U);
  ASSERT_TRUE(queue->bury("receipt of m1", "no \x1b such \xff variable"));
  const auto sent = sqs_.asked("SendMessage");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].body["QueueUrl"], "http://elsewhere.example/123456789012/dead");
  EXPECT_EQ(sent[0].body["MessageBody"], "body of m1");
  const Json& attributes = sent[0].body["MessageAttributes"];
  EXPECT_EQ(attributes["vdp-reason"]["StringValue"], "no ? such ? variable");
  EXPECT_EQ(attributes["vdp-reason"]["DataType"], "String");
  EXPECT_EQ(attributes["vdp-message-id"]["StringValue"], "m1");
  EXPECT_EQ(attributes["vdp-receive-count"]["StringValue"], "2");
  EXPECT_EQ(sqs_.asked("DeleteMessageBatch").size(), 1U);
  EXPECT_EQ(queue->bury("receipt of m1", "again").error().kind, ErrorKind::not_found);
  EXPECT_EQ(queue->bury("of nobody", "why").error().kind, ErrorKind::not_found);
  EXPECT_EQ(sqs_.asked("SendMessage").size(), 1U);
}

TEST_F(SqsQueueTest, WhatCannotBeBuriedIsNotDeleted) {
  fill(1);
  sqs_.on("SendMessage", [](const auto&) { return ScriptedSqs::error("AccessDenied", 403); });
  const auto queue = open();
  ASSERT_EQ(queue->receive(1, second)->size(), 1U);
  EXPECT_EQ(queue->bury("receipt of m1", "why").error().kind, ErrorKind::denied);
  EXPECT_TRUE(sqs_.asked("DeleteMessageBatch").empty());
}

TEST_F(SqsQueueTest, ALetterTooLargeForItsReasonIsKeptWithoutIt) {
  sqs_.on("ReceiveMessage", [](const auto&) {
    Json large = message("large");
    large["Body"] = std::string(262'144, 'x');
    return ScriptedSqs::json({{"Messages", Json::array({large})}});
  });
  sqs_.on("SendMessage", [](const ScriptedSqs::Asked& asked) {
    if (asked.body.contains("MessageAttributes")) return ScriptedSqs::error("InvalidParameterValue");
    return ScriptedSqs::json({{"MessageId", "letter"}});
  });
  sqs_.on("DeleteMessageBatch", ScriptedSqs::success);
  const auto queue = open();
  ASSERT_EQ(queue->receive(1, second)->size(), 1U);
  EXPECT_TRUE(queue->bury("receipt of large", "why"));
  EXPECT_EQ(sqs_.asked("SendMessage").size(), 2U);
  EXPECT_EQ(sqs_.asked("DeleteMessageBatch").size(), 1U);
}

TEST_F(SqsQueueTest, DeadLettersAreGivenBackAfterReading) {
  std::atomic<int> calls = 0;
  sqs_.on("ReceiveMessage", [&](const auto&) {
    const Json reason = {{"vdp-reason", {{"DataType", "String"}, {"StringValue", "no variable"}}},
                         {"vdp-message-id", {{"DataType", "String"}, {"StringValue", "original"}}},
                         {"vdp-receive-count", {{"DataType", "Number"}, {"StringValue", "1"}}}};
    const bool first = ++calls == 1;
    return ScriptedSqs::json(
        {{"Messages", first ? Json::array({message("ours", reason), message("theirs")}) : Json::array()}});
  });
  sqs_.on("ChangeMessageVisibilityBatch", ScriptedSqs::success);
  const auto letters = open()->dead_letters(10).value();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].id, "original");
  EXPECT_EQ(letters[0].reason, "no variable");
  EXPECT_EQ(letters[0].receive_count, 1U);
  EXPECT_EQ(letters[1].id, "theirs");
  EXPECT_EQ(letters[1].reason, "delivered 4 times without success");
  EXPECT_EQ(letters[1].receive_count, 4U);
  for (const auto& asked : sqs_.asked("ReceiveMessage")) {
    EXPECT_EQ(asked.body["QueueUrl"], "http://elsewhere.example/123456789012/dead");
    EXPECT_LE(asked.body["VisibilityTimeout"].get<int>(), 60);
  }
  const auto given = sqs_.asked("ChangeMessageVisibilityBatch");
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].body["Entries"].size(), 2U);
  EXPECT_EQ(given[0].body["Entries"][0]["VisibilityTimeout"], 0);
}

TEST_F(SqsQueueTest, WhatCannotBeSentAgainStaysADeadLetter) {
  fill(2);
  sqs_.on("ChangeMessageVisibilityBatch", ScriptedSqs::success);
  sqs_.on("SendMessageBatch", [](const auto&) { return ScriptedSqs::error("AccessDenied", 403); });
  EXPECT_EQ(open()->redrive(std::vector<std::string>{"m1"}).error().kind, ErrorKind::denied);
  EXPECT_TRUE(sqs_.asked("DeleteMessageBatch").empty());
  EXPECT_EQ(sqs_.asked("ChangeMessageVisibilityBatch").at(0).body["Entries"].size(), 2U);
}

TEST_F(SqsQueueTest, CountsBothQueues) {
  const auto queue = open();
  sqs_.on("GetQueueAttributes", [](const ScriptedSqs::Asked& asked) {
    const bool dead = asked.body["QueueUrl"].get<std::string>().ends_with("/dead");
    return ScriptedSqs::json({{"Attributes",
                               {{"ApproximateNumberOfMessages", dead ? "2" : "10"},
                                {"ApproximateNumberOfMessagesNotVisible", dead ? "3" : "20"},
                                {"ApproximateNumberOfMessagesDelayed", dead ? "0" : "5"}}}});
  });
  const QueueDepth depth = queue->depth().value();
  EXPECT_EQ(depth.waiting, 15U);
  EXPECT_EQ(depth.in_flight, 20U);
  EXPECT_EQ(depth.dead, 5U);
  EXPECT_FALSE(depth.oldest_age_us);
  sqs_.on("GetQueueAttributes", [](const auto&) { return ScriptedSqs::json(Json::object()); });
  EXPECT_EQ(queue->depth().error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp
