// The roles `backfill_partition`, `backfill_initialize`, `backfill_fork`, `backfill_process`, `backfill_reduce` and
// `backfill_promote`: the stages of a backfill, for a state machine.
#pragma once

#include <string>

#include "apps/lambda/function.h"
#include "apps/lambda/function_settings.h"

namespace vdp::lambda {

/// Event and answer are the documents of the stage: see pipeline/backfill/README.md. The artifacts lie at
/// VDP_BACKFILL_ARTIFACTS; VDP_BACKFILL_PARTITION_SIZE is taken where the event names no `partition_size`.
class BackfillFunction final : public Function {
 public:
  /// `stage`: "partition", "initialize", ...
  BackfillFunction(FunctionSettings settings, std::string stage)
      : settings_(std::move(settings)), stage_(std::move(stage)) {}
  Result<Json> handle(const Json& event, const Invocation& invocation) override;

 private:
  FunctionSettings settings_;
  std::string stage_;
};

}  // namespace vdp::lambda
