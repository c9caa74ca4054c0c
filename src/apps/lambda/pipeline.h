// The dataset that a function serves: its file, its source and its processor.
#pragma once

#include <memory>

#include "apps/lambda/function_settings.h"
#include "store/object_store.h"
#include "vdp/processor.h"

namespace vdp::lambda {

struct Pipeline {
  dataset::DatasetFile file;
  ObjectStorePtr source;
  std::unique_ptr<Processor> processor;
};

/// Reads the dataset file; nothing is asked of source or store yet.
Result<Pipeline> open_pipeline(const FunctionSettings& settings);

}  // namespace vdp::lambda
