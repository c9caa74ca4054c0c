// What a fuzzer does with the bytes of a stored configuration (fuzz/icechunk_config_fuzz.cc).
#pragma once

#include <cstdlib>

#include "base/bytes.h"
#include "icechunk/format/metadata_value.h"
#include "icechunk/repo/repository_config.h"

namespace vdp::icechunk {

/// All that is asked of a configuration; a splitting that is understood is written and read back the same.
inline void fuzz_config(ByteView data) {
  Result<Json> document = decode_flexbuffer(data);
  if (!document) return;
  RepositoryConfig config(std::move(*document));
  (void)config.inline_chunk_threshold_bytes();
  (void)config.updates_per_repo_object();
  (void)config.virtual_chunk_containers();
  const Result<ManifestSplitting> splitting = config.manifest_splitting();
  if (!splitting) return;
  (void)splitting->cell_shape("/group/array", {"time", std::nullopt, "x"}, 3);
  config.set_manifest_splitting(*splitting);
  const Result<ManifestSplitting> again = config.manifest_splitting();
  if (!again || again->to_json() != splitting->to_json()) std::abort();
}

}  // namespace vdp::icechunk
