// What the parts of verify work on: one snapshot of a store, read once, and the list that they add their findings to.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "icechunk/repo/repository_config.h"
#include "icechunk/repo/session.h"
#include "pipeline/dataset_processor.h"
#include "pipeline/verify/finding.h"

namespace vdp {

struct VerifyContext {
  const DatasetProcessor& processor;
  const icechunk::Session& session;  ///< read-only
  const icechunk::RepositoryConfig& config;
  const StoreState& state;                       ///< the contract alone: see load_store_contract
  const std::vector<ProvenanceRecord>& records;  ///< as they stand, by slot
  std::vector<VerifyFinding>& findings;

  const std::string& group() const { return processor.file().identity.group; }
  std::string path(const std::string& variable) const { return variable_path(group(), variable); }
};

/// Whether the record says that its granule does not have the variable, so that its slots are fill.
inline bool lacks(const ProvenanceRecord& record, const std::string& variable) {
  return std::ranges::find(record.absent, variable) != record.absent.end();
}

}  // namespace vdp
