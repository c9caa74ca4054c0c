// verify: is a store what its sources say? Everything is read, nothing is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json_fwd.h"
#include "pipeline/dataset_processor.h"
#include "pipeline/verify/finding.h"

namespace vdp {

struct VerifyOptions {
  std::optional<std::uint64_t> samples;  ///< else `verify.samples`
  std::uint64_t seed = 0;                ///< of the random choice of samples
  std::size_t threads = 0;               ///< 0: one per core
  Clock* clock = &system_clock();
};

struct VerifyReport {
  std::string snapshot;  ///< what was verified
  std::uint64_t seed = 0;
  std::uint64_t slots = 0;
  std::uint64_t granules = 0;          ///< that the records name
  std::uint64_t refs = 0;              ///< that were held against the records
  std::uint64_t discovered = 0;        ///< granules of the listing
  std::uint64_t sampled_granules = 0;  ///< files that were parsed anew
  std::uint64_t sampled_chunks = 0;    ///< whose values were compared
  /// Granules without a reference in some variable, which only their files could explain, and that were not sampled.
  std::uint64_t not_checked = 0;
  std::vector<VerifyFinding> findings;  ///< all of them
};

/// `not_found` where there is no store. What is wrong with the store is a finding; an error says that it cannot be
/// read as a store of this dataset at all, or that the source cannot be listed.
Result<VerifyReport> verify_store(DatasetProcessor& processor, const VerifyOptions& options = {});

/// With the number of findings of each kind, and all findings.
Json to_json(const VerifyReport& report);

}  // namespace vdp
