// Site: the dataset that is filled, and where its run keeps its artifacts. What every stage works on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.h"
#include "dataset/dataset_file.h"
#include "icechunk/repo/repository.h"
#include "pipeline/backfill/artifacts.h"
#include "pipeline/prepare.h"

namespace vdp::backfill {

class Site {
 public:
  /// Nothing is asked of source or stores yet. `artifacts` is rooted at the prefix that all runs share. `threads`: that
  /// read source files within one stage; 0: one per core.
  static Result<Site> open(dataset::DatasetFile file, ObjectStorePtr artifacts, std::size_t threads = 0,
                           Clock& clock = system_clock());

  /// As the user wrote it.
  const dataset::DatasetFile& file() const { return file_; }
  /// The same with what holds while everything is written at once: no file comes late, and none leaves a gap.
  const dataset::DatasetFile& rules() const { return rules_; }
  const dataset::AxisSpec& axis() const { return rules_.axes.front(); }
  const std::string& group() const { return file_.identity.group; }
  /// The rules, writing to a branch of the same store.
  dataset::DatasetFile rules_on(const std::string& branch) const;

  const ObjectStorePtr& source() const { return source_; }
  const ObjectStorePtr& target() const { return target_; }
  const Artifacts& artifacts() const { return artifacts_; }
  Clock& clock() const { return *clock_; }
  std::size_t threads() const { return threads_; }
  Site with_threads(std::size_t threads) const;
  PrepareContext prepare_context() const { return {rules_, axis(), source_, *clock_}; }

  /// Nothing where there is none.
  Result<std::optional<icechunk::Repository>> find_repository() const;
  /// `not_found` where there is none.
  Result<icechunk::Repository> open_repository() const;

 private:
  Site(dataset::DatasetFile file, Artifacts artifacts, std::size_t threads, Clock& clock);

  dataset::DatasetFile file_;
  dataset::DatasetFile rules_;
  ObjectStorePtr source_;
  ObjectStorePtr target_;
  Artifacts artifacts_;
  std::size_t threads_;
  Clock* clock_;
};

}  // namespace vdp::backfill
