#include "queue/sqs_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_field.h"
#include "queue/sqs_dead_letter_queue.h"
#include "queue/sqs_deliveries.h"
#include "queue/sqs_redrive_policy.h"
#include "queue/sqs_text.h"

namespace vdp {
namespace {

const Json& attributes_of(const Json& answer) {
  static const Json none = Json::object();
  const auto found = answer.find("Attributes");
  return found != answer.end() && found->is_object() ? *found : none;
}

/// Numbers are texts here; nothing for what is none.
std::optional<std::uint64_t> count_of(const Json& attributes, const char* name) {
  const std::string text = text_field(attributes, name);
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

class SqsQueue final : public Queue {
 public:
  SqsQueue(SqsApiPtr api, std::string queue_url, SqsDeadLetterQueue dead_letters, std::uint32_t max_receives,
           std::size_t max_body_bytes, SqsQueueOptions options)
      : api_(std::move(api)),
        queue_url_(std::move(queue_url)),
        dead_letters_(std::move(dead_letters)),
        max_receives_(max_receives),
        max_body_bytes_(max_body_bytes),
        options_(options) {}

  Result<std::vector<std::string>> send(std::span<const std::string> bodies) override {
    std::vector<Json> entries;
    for (const std::string& body : bodies) {
      VDP_TRY(check_sqs_body(body, max_body_bytes_));
      entries.push_back({{"MessageBody", body}});
    }
    VDP_ASSIGN_IN(queue_url_, const auto sent, api_->batch("SendMessageBatch", queue_url_, entries));
    std::vector<std::string> ids;
    for (const Result<Json>& entry : sent) {
      if (!entry) return std::unexpected(within(queue_url_, entry.error()));
      ids.push_back(text_field(*entry, "MessageId"));
    }
    return ids;
  }

  Result<std::vector<Message>> receive(std::size_t max_messages, std::int64_t visibility_timeout_us) override {
    if (visibility_timeout_us < 0) return invalid("the visibility timeout is negative");
    const TimestampUs asked_us = system_clock().now_us();
    VDP_ASSIGN_IN(queue_url_, auto received,
                  receive_from_sqs(*api_, queue_url_,
                                   {.max_messages = max_messages,
                                    .visibility_s = sqs_visibility_s(visibility_timeout_us),
                                    .wait = options_.wait}));
    std::vector<Message> messages;
    for (SqsMessage& each : received) {
      deliveries_.add(each.message, asked_us);
      messages.push_back(std::move(each.message));
    }
    return messages;
  }

  Result<std::vector<Status>> extend(std::span<const std::string> receipts,
                                     std::int64_t visibility_timeout_us) override {
    if (visibility_timeout_us < 0) return invalid("the visibility timeout is negative");
    std::vector<Json> entries;
    for (const std::string& receipt : receipts) {
      entries.push_back(
          {{"ReceiptHandle", receipt}, {"VisibilityTimeout", extension_s(receipt, visibility_timeout_us)}});
    }
    VDP_ASSIGN_IN(queue_url_, const auto changed, api_->batch("ChangeMessageVisibilityBatch", queue_url_, entries));
    std::vector<Status> statuses;
    for (const Result<Json>& entry : changed) statuses.push_back(status_of(entry));
    return statuses;
  }

  Result<std::vector<Status>> remove(std::span<const std::string> receipts) override {
    std::vector<Status> statuses(receipts.size());
    std::vector<Json> entries;
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      if (deliveries_.is_finished(receipts[i])) continue;
      open.push_back(i);
      entries.push_back({{"ReceiptHandle", receipts[i]}});
    }
    VDP_ASSIGN_IN(queue_url_, const auto removed, api_->batch("DeleteMessageBatch", queue_url_, entries));
    for (std::size_t k = 0; k < open.size(); ++k) {
      statuses[open[k]] = status_of(removed[k]);
      if (removed[k]) deliveries_.finish(receipts[open[k]]);
    }
    return statuses;
  }

  Status bury(const std::string& receipt, const std::string& reason) override {
    const auto message = deliveries_.find(receipt);
    if (!message) return not_found("the receipt is of no message that is in hand here");
    VDP_TRY(dead_letters_.put(*message, reason));
    const std::vector<std::string> receipts = {receipt};
    VDP_ASSIGN(const auto removed, remove(receipts));
    deliveries_.finish(receipt);
    // Delivered again meanwhile: then it has a letter, and its other consumer will find the same.
    if (!removed.front() && removed.front().error().kind != ErrorKind::not_found) return removed.front();
    return {};
  }

  Result<std::vector<DeadLetter>> dead_letters(std::size_t max_letters) override {
    return dead_letters_.list(max_letters);
  }

  Result<std::size_t> redrive(std::span<const std::string> ids) override {
    return dead_letters_.take(ids, [this](std::span<const std::string> bodies) -> Status {
      VDP_TRY(send(bodies));
      return {};
    });
  }

  Result<std::size_t> discard(std::span<const std::string> ids) override {
    return dead_letters_.take(ids, [](std::span<const std::string>) -> Status { return {}; });
  }

  Result<QueueDepth> depth() override {
    std::vector<aws::JsonCall> calls;
    for (const std::string& url : {queue_url_, dead_letters_.queue_url()}) {
      const Json arguments = {
          {"QueueUrl", url},
          {"AttributeNames", Json::array({"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
                                          "ApproximateNumberOfMessagesDelayed"})}};
      calls.push_back({.action = "GetQueueAttributes", .body = to_line(arguments)});
    }
    const auto answers = api_->call_all(calls);
    VDP_ASSIGN_IN(queue_url_, const Counts own, counts_of(answers[0]));
    VDP_ASSIGN_IN(dead_letters_.queue_url(), const Counts dead, counts_of(answers[1]));
    return QueueDepth{.waiting = own.waiting,
                      .in_flight = own.in_flight,
                      .dead = dead.waiting + dead.in_flight,
                      .oldest_age_us = std::nullopt};
  }

  std::uint32_t max_receives() const override { return max_receives_; }

 private:
  struct Counts {
    std::uint64_t waiting = 0;
    std::uint64_t in_flight = 0;
  };

  /// SQS hides a message for twelve hours in all, from when it was received, and refuses what would go beyond.
  std::int64_t extension_s(const std::string& receipt, std::int64_t visibility_timeout_us) {
    constexpr std::int64_t margin_s = 5;
    const std::int64_t wanted_s = sqs_visibility_s(visibility_timeout_us);
    const auto asked_us = deliveries_.asked_us(receipt);
    if (!asked_us) return wanted_s;
    const std::int64_t left_s = max_sqs_visibility_s - margin_s - (system_clock().now_us() - *asked_us) / 1'000'000;
    return left_s > 0 ? std::min(wanted_s, left_s) : wanted_s;
  }

  static Status status_of(const Result<Json>& entry) {
    if (entry) return {};
    return std::unexpected(entry.error());
  }

  static Result<Counts> counts_of(const Result<Json>& answer) {
    if (!answer) return std::unexpected(answer.error());
    const Json& attributes = attributes_of(*answer);
    const auto visible = count_of(attributes, "ApproximateNumberOfMessages");
    const auto hidden = count_of(attributes, "ApproximateNumberOfMessagesNotVisible");
    if (!visible || !hidden) return corrupt("GetQueueAttributes: expected the numbers of messages, found none");
    return Counts{*visible + count_of(attributes, "ApproximateNumberOfMessagesDelayed").value_or(0), *hidden};
  }

  SqsApiPtr api_;
  const std::string queue_url_;
  SqsDeadLetterQueue dead_letters_;
  const std::uint32_t max_receives_;
  const std::size_t max_body_bytes_;
  const SqsQueueOptions options_;
  SqsDeliveries deliveries_;
};

Result<std::string> find_url(SqsApi& api, const SqsRedrivePolicy& policy) {
  VDP_ASSIGN_IN("dead letters", const Json answer,
                api.call("GetQueueUrl", {{"QueueName", policy.queue}, {"QueueOwnerAWSAccountId", policy.account}}));
  std::string url = text_field(answer, "QueueUrl");
  if (url.empty()) return corrupt("GetQueueUrl: the answer has no URL");
  return url;
}

}  // namespace

Result<QueuePtr> open_sqs_queue(SqsApiPtr api, const std::string& queue_url, SqsQueueOptions options) {
  VDP_ASSIGN_IN(queue_url, const Json answer,
                api->call("GetQueueAttributes", {{"QueueUrl", queue_url}, {"AttributeNames", Json::array({"All"})}}));
  const Json& attributes = attributes_of(answer);
  const std::string policy_text = text_field(attributes, "RedrivePolicy");
  if (policy_text.empty()) {
    return std::unexpected(within(queue_url, Error{ErrorKind::invalid,
                                                   "the queue has no redrive policy; it needs a dead-letter queue, or "
                                                   "what is rejected would have no place to go",
                                                   {}}));
  }
  VDP_ASSIGN_IN(queue_url, const SqsRedrivePolicy policy, parse_redrive_policy(policy_text));
  VDP_ASSIGN_IN(queue_url, std::string dead_letter_url, find_url(*api, policy));
  const std::uint64_t max_body_bytes = count_of(attributes, "MaximumMessageSize").value_or(max_sqs_message_bytes);
  SqsDeadLetterQueue dead_letters(api, std::move(dead_letter_url), policy.max_receives, options.wait);
  return std::make_shared<SqsQueue>(std::move(api), queue_url, std::move(dead_letters), policy.max_receives,
                                    max_body_bytes, options);
}

Result<QueuePtr> open_sqs_queue(const std::string& queue_url, SqsQueueOptions options) {
  VDP_ASSIGN(SqsApiPtr api, open_sqs_api(queue_url));
  return open_sqs_queue(std::move(api), queue_url, options);
}

}  // namespace vdp
