// For tests: a server that answers the actions of SQS as a test says, and a client of it that does not wait.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "net/test_server.h"
#include "queue/sqs_api.h"
#include "queue/sqs_queue.h"

namespace vdp {

class ScriptedSqs {
 public:
  struct Asked {
    std::string action;
    Json body;
    std::string text;  ///< of the whole request
  };
  using Answer = std::function<TestReply(const Asked& asked)>;

  ScriptedSqs() : server_([this](const std::string& text) { return answer(text); }) {}

  /// What an action is answered with; those of opening a queue have answers already.
  void on(const std::string& action, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[action] = std::move(answer);
  }

  static TestReply json(const Json& body, int status = 200, std::string_view headers = "") {
    return {.bytes = http_answer(status, body.dump(), headers)};
  }
  static TestReply error(const std::string& code, int status = 400, const std::string& message = "words") {
    return json({{"__type", "com.amazonaws.sqs#" + code}, {"message", message}}, status);
  }
  /// As if all entries of the batch succeeded.
  static TestReply success(const Asked& asked) {
    Json successful = Json::array();
    for (const Json& entry : asked.body["Entries"]) successful.push_back({{"Id", entry["Id"]}, {"MessageId", "sent"}});
    return json({{"Successful", std::move(successful)}});
  }

  std::vector<Asked> asked(const std::string& action) const {
    const std::lock_guard lock(mutex_);
    std::vector<Asked> found;
    for (const Asked& each : asked_) {
      if (each.action == action) found.push_back(each);
    }
    return found;
  }

  std::string queue_url() const { return server_.url("/123456789012/granules").text(); }

  SqsApiPtr api() {
    HttpClientOptions http;
    http.policy = AddressPolicy({server_.url()});
    HttpExchangeParts parts;
    parts.client = std::make_shared<HttpClient>(std::move(http));
    parts.clock = &clock_;
    parts.throttle = std::make_shared<HostThrottle>(clock_);
    aws::JsonService service({.name = "sqs",
                              .target_prefix = "AmazonSQS",
                              .content_type = "application/x-amz-json-1.0",
                              .place = {"us-east-1", server_.url(), true},
                              .credentials = std::make_shared<Keys>()});
    return std::make_shared<SqsApi>(std::move(service), std::move(parts));
  }

  Result<QueuePtr> open() { return open_sqs_queue(api(), queue_url(), {.wait = std::chrono::seconds(0)}); }

  static constexpr const char* secret_key = "CANARYsecretKey";
  static constexpr const char* token = "CANARYsessionToken";

 private:
  class Keys final : public aws::CredentialProvider {
   public:
    Result<aws::Credentials> get() override {
      return aws::Credentials{"AKID", Secret(secret_key), Secret(token), std::nullopt};
    }
  };

  TestReply answer(const std::string& text) {
    constexpr std::string_view target = "X-Amz-Target: AmazonSQS.";
    const std::size_t begin = text.find(target) + target.size();
    Asked asked{text.substr(begin, text.find('\r', begin) - begin), {}, text};
    asked.body = parse_json(text.substr(text.find("\r\n\r\n") + 4)).value_or(Json());
    Answer scripted;
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(asked);
      scripted = answers_[asked.action];
    }
    return scripted ? scripted(asked) : opening(asked);
  }

  static TestReply opening(const Asked& asked) {
    if (asked.action == "GetQueueUrl") return json({{"QueueUrl", "http://elsewhere.example/123456789012/dead"}});
    if (asked.action != "GetQueueAttributes") return error("InvalidAction");
    const Json policy = {{"deadLetterTargetArn", "arn:aws:sqs:us-east-1:123456789012:dead"}, {"maxReceiveCount", "4"}};
    return json({{"Attributes", {{"RedrivePolicy", policy.dump()}, {"MaximumMessageSize", "262144"}}}});
  }

  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<Asked> asked_;
  ManualClock clock_{1'000'000'000};
  TestServer server_;  ///< last: it uses all of the above
};

}  // namespace vdp
