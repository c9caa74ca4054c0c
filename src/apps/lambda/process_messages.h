// The role `process_messages`: the messages of an SQS event go into the store, one commit an event.
#pragma once

#include <optional>

#include "apps/lambda/function.h"
#include "apps/lambda/function_settings.h"
#include "apps/lambda/metrics.h"
#include "apps/lambda/pipeline.h"
#include "queue/dead_letter_sink.h"

namespace vdp::lambda {

class RecordsQueue;

/// Answers {"batchItemFailures": [{"itemIdentifier": MESSAGE ID}]}: exactly the records that are not done. Processor,
/// repository and what they have cached are kept for the next event; after an error they are opened anew.
class ProcessMessagesFunction final : public Function {
 public:
  explicit ProcessMessagesFunction(FunctionSettings settings) : settings_(std::move(settings)) {}
  Result<Json> handle(const Json& event, const Invocation& invocation) override;

 private:
  struct Open {
    Pipeline pipeline;
    icechunk::Repository repository;
    std::shared_ptr<DeadLetterSink> dead_letters;  ///< null without VDP_DEAD_LETTERS
  };
  Status open();
  Result<ForwardReport> write(RecordsQueue& queue, std::size_t records, const Invocation& invocation);
  void tell(const Invocation& invocation, const BatchFigures& figures) const;

  FunctionSettings settings_;
  std::optional<Open> open_;
};

}  // namespace vdp::lambda
