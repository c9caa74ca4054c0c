// The dataset file that `vdp new` writes.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp::cli {

/// dataset.toml.in; its fields are @name@, @prefix@, @pattern@ and @axis@.
extern const std::string_view dataset_template;

struct DatasetDraft {
  std::string name;
  std::string prefix = "data/";
  std::string pattern = "*";
};

/// The text of a dataset file that loads. Its axis is the pattern's one time, else `time`. `invalid` with all findings
/// where it would not load, as with a pattern that is none.
Result<std::string> dataset_scaffold(const DatasetDraft& draft);

}  // namespace vdp::cli
