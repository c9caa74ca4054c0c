#include "apps/lambda/pipeline.h"

#include "processors/registry.h"
#include "store/open_store.h"

namespace vdp::lambda {

Result<Pipeline> open_pipeline(const FunctionSettings& settings) {
  auto file = dataset::load_dataset_file(settings.dataset_path, {}, dataset::process_environment, settings.store_url);
  if (!file) return std::unexpected(dataset::to_error(settings.dataset_path, file.error()));
  Pipeline pipeline;
  VDP_ASSIGN_IN("source.prefix", pipeline.source, open_source_store(file->source.prefix, file->source.access));
  VDP_ASSIGN(pipeline.processor, make_processor(settings.processor, *file));
  pipeline.file = std::move(*file);
  return pipeline;
}

}  // namespace vdp::lambda
