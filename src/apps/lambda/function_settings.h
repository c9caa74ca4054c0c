// What the deployment tells a function, by its environment.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "apps/lambda/runtime_loop.h"
#include "dataset/dataset_file.h"

namespace vdp::lambda {

struct FunctionSettings {
  std::string dataset_path;              ///< VDP_DATASET
  std::optional<std::string> store_url;  ///< VDP_STORE; unset: as the dataset file says
  std::string processor;                 ///< VDP_PROCESSOR
  std::string dead_letters_url;  ///< VDP_DEAD_LETTERS; empty: rejected messages stay with SQS, which buries them
  /// VDP_MAX_RECEIVES, the maxReceiveCount of the queue's redrive policy; unset: SQS alone counts.
  std::uint32_t max_receives = std::numeric_limits<std::uint32_t>::max();
  std::string backfill_artifacts_url;                    ///< VDP_BACKFILL_ARTIFACTS; the roles of a backfill need it
  std::optional<std::uint32_t> backfill_partition_size;  ///< VDP_BACKFILL_PARTITION_SIZE; unset: the stage's own
  std::string metrics_namespace;                         ///< VDP_METRICS_NAMESPACE; empty: no metrics
};

/// `invalid` names the variable, what was found, and what is allowed.
Result<FunctionSettings> read_settings(const dataset::EnvironmentLookup& environment);

Identity read_identity(const dataset::EnvironmentLookup& environment);

}  // namespace vdp::lambda
