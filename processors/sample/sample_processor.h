// A processor to begin with: it keeps its store in memory, makes up what a file contains, and places each file by the
// number in its name. All that a processor must do is in here, and nothing else.
#pragma once

#include "vdp/processor.h"

namespace vdp::sample {

class SampleProcessor final : public Processor {
 public:
  explicit SampleProcessor(ObjectStorePtr store) : store_(std::move(store)) {}

  std::string name() const override { return "sample"; }
  Result<icechunk::Repository> initialize_store(std::span<const Granule> candidates) override;
  Result<icechunk::Session> initialize_session(icechunk::Repository& repository) override;
  Result<Outcome> process_file(icechunk::Session& session, const Granule& granule) override;
  Result<icechunk::CommitOutcome> commit_processed_files(icechunk::Session& session,
                                                         std::span<const Outcome> outcomes) override;

 private:
  ObjectStorePtr store_;
};

/// The slot of a granule: the number that its key ends in before the dot, as in "sample.000012.bin". `invalid` without.
Result<std::uint64_t> slot_of(const std::string& key);

}  // namespace vdp::sample
