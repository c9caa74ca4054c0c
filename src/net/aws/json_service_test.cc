#include "net/aws/json_service.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "net/aws/json_error.h"

namespace vdp::aws {
namespace {

class Keys final : public CredentialProvider {
 public:
  Result<Credentials> get() override {
    return Credentials{"AKID", Secret("CANARYkey"), Secret("CANARYtoken"), std::nullopt};
  }
};

JsonService make_service(bool tells_messages = true) {
  return JsonService({.name = "sqs",
                      .target_prefix = "AmazonSQS",
                      .content_type = "application/x-amz-json-1.0",
                      .place = {"eu-west-1", *parse_url("http://localhost:9324/"), true},
                      .credentials = std::make_shared<Keys>(),
                      .tells_messages = tells_messages});
}

HttpResponse answer(int status, const std::string& body, HttpHeaders headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = to_bytes(body), .url = {}};
}

Error error_of(const HttpResponse& response, bool tells_messages = true) {
  const auto result = make_service(tells_messages).answer({.action = "Act", .body = "{}"}, response);
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

TEST(JsonService, SignsWhatItSends) {
  const JsonCall call{.action = "ReceiveMessage", .body = "{\"a\":1}", .wait = std::chrono::seconds(20)};
  const auto request = make_service().make(call, 1'700'000'000'000'000);
  ASSERT_TRUE(request) << request.error().text();
  EXPECT_EQ(request->method, HttpMethod::post);
  EXPECT_EQ(request->url.text(), "http://localhost:9324/");
  EXPECT_EQ(as_text(request->body), "{\"a\":1}");
  EXPECT_EQ(request->headers.find("X-Amz-Target"), "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(request->headers.find("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_GT(request->timeouts.first_byte, std::chrono::seconds(20));
  EXPECT_GE(request->timeouts.total, request->timeouts.first_byte);
  EXPECT_FALSE(request->may_have_effect);
  const auto header = std::ranges::find(request->credentials, "Authorization", &CredentialHeader::name);
  ASSERT_NE(header, request->credentials.end());
  const std::string authorization = header->value.reveal();
  EXPECT_NE(authorization.find("AKID/20231114/eu-west-1/sqs/aws4_request"), std::string::npos) << authorization;
  EXPECT_NE(authorization.find("content-type;host;x-amz-"), std::string::npos) << authorization;
  EXPECT_NE(authorization.find("x-amz-target"), std::string::npos) << authorization;
}

TEST(JsonService, ReadsObjects) {
  const JsonCall call{.action = "Act", .body = "{}"};
  EXPECT_EQ((*make_service().answer(call, answer(200, "{\"x\":[1]}")))["x"][0], 1);
  EXPECT_TRUE(make_service().answer(call, answer(200, ""))->empty()) << "actions that answer nothing";
  for (const char* body : {"CANARY", "[1]", "{", "{\"CANARY", "\"CANARY\"", "null", "{}{}"}) {
    const Error error = error_of(answer(200, body));
    EXPECT_EQ(error.kind, ErrorKind::corrupt) << body;
    EXPECT_EQ(error.text().find("CANARY"), std::string::npos) << error.text();
  }
}

TEST(JsonService, FindsTheErrorsCode) {
  const auto code = [](const std::string& body, HttpHeaders headers = {}) {
    return parse_json_error(answer(400, body, std::move(headers))).code;
  };
  EXPECT_EQ(code(R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist"})"), "QueueDoesNotExist");
  EXPECT_EQ(code(R"({"__type":"QueueDoesNotExist"})"), "QueueDoesNotExist");
  EXPECT_EQ(code("{}", {{"x-amzn-ErrorType", "ThrottlingException:http://internal.amazon.com/x#y/"}}),
            "ThrottlingException");
  EXPECT_EQ(code("", {{"x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"}}),
            "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_EQ(code(R"({"__type":7})"), "");
  EXPECT_EQ(code("<html>"), "");
}

TEST(JsonService, SaysWhatMayBeDone) {
  const auto kind = [](int status, const std::string& type) {
    return error_of(answer(status, Json{{"__type", type}, {"message", "m"}}.dump())).kind;
  };
  EXPECT_EQ(kind(400, "com.amazonaws.sqs#RequestThrottled"), ErrorKind::transient);
  EXPECT_EQ(kind(400, "ThrottlingException"), ErrorKind::transient);
  EXPECT_EQ(kind(500, "InternalFailure"), ErrorKind::transient);
  EXPECT_EQ(kind(503, ""), ErrorKind::transient);
  EXPECT_EQ(kind(429, ""), ErrorKind::transient);
  EXPECT_EQ(kind(400, "AccessDeniedException"), ErrorKind::denied);
  EXPECT_EQ(kind(403, ""), ErrorKind::denied);
  EXPECT_EQ(kind(400, "UnrecognizedClientException"), ErrorKind::denied);
  EXPECT_EQ(kind(400, "com.amazonaws.sqs#QueueDoesNotExist"), ErrorKind::not_found);
  EXPECT_EQ(kind(400, "ResourceNotFoundException"), ErrorKind::not_found);
  EXPECT_EQ(kind(400, "OverLimit"), ErrorKind::limit);
  EXPECT_EQ(kind(400, "InvalidParameterValue"), ErrorKind::invalid);
  EXPECT_EQ(kind(302, ""), ErrorKind::invalid);
}

TEST(JsonService, TellsWordsButNoSecretAndNotAll) {
  const std::string words = "CANARYkey and CANARYtoken\r\nforged log line " + std::string(5000, 'x');
  const std::string body = Json{{"__type", "AccessDenied"}, {"Message", words}}.dump();
  const std::string told = error_of(answer(400, body)).text();
  EXPECT_NE(told.find("Act: localhost answers with HTTP status 400 (AccessDenied): *** and ***  forged"),
            std::string::npos)
      << told;
  EXPECT_LT(told.size(), 500U);
  const std::string kept = error_of(answer(400, body), false).text();
  EXPECT_EQ(kept, "Act: localhost answers with HTTP status 400 (AccessDenied)");
  const std::string strange = Json{{"__type", "CANARYcode"}, {"Message", "CANARY"}}.dump();
  EXPECT_EQ(error_of(answer(400, strange), false).text(), "Act: localhost answers with HTTP status 400");
  EXPECT_EQ(plain_error_code("a b"), "");
  EXPECT_EQ(plain_error_code(std::string(81, 'a')), "");
}

}  // namespace
}  // namespace vdp::aws
