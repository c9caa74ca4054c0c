// What every Processor must do, as one suite of tests that each implementation registers with:
//
//   INSTANTIATE_TEST_SUITE_P(Sample, ProcessorConformance, testing::Values(ProcessorCase{...}), processor_case_name);
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/forward.h"
#include "vdp/processor.h"

namespace vdp {

struct ProcessorCase {
  /// A processor of its own for each writer, all of one store.
  using Factory = std::function<std::unique_ptr<Processor>()>;

  std::string name;
  std::function<Factory()> in_new_store;  ///< a store that is not there yet for each test
  std::vector<Granule> granules;          ///< one or more that fit, in their order
  Granule misfit;                         ///< to be rejected, whatever the store has
};
inline void PrintTo(const ProcessorCase& one, std::ostream* out) { *out << one.name; }

class ProcessorConformance : public testing::TestWithParam<ProcessorCase> {
 protected:
  void SetUp() override;

  /// The granules through the forward path, one batch, with the processor `writer_`.
  ForwardReport forward(const std::vector<Granule>& granules);
  std::size_t count_snapshots();

  ProcessorCase::Factory make_;
  std::unique_ptr<Processor> writer_;
  std::optional<icechunk::Repository> repository_;
  QueuePtr queue_;
};

inline std::string processor_case_name(const testing::TestParamInfo<ProcessorCase>& test) { return test.param.name; }

}  // namespace vdp
