// The dataset file that `vdp new` writes.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp::cli {

/// dataset.toml.in, with @FIELD@ for what a draft says.
extern const std::string_view dataset_template;

struct DatasetDraft {
  std::string name;
  std::string prefix = "data/";
  std::string pattern = "*";
  std::string group = "/";  ///< of the files
  std::string axis = {};    ///< empty: the pattern's one time, else "time"
};

/// The text of a dataset file that loads. `invalid` with all findings where it would not, as with a pattern that is
/// none.
Result<std::string> dataset_scaffold(const DatasetDraft& draft);

}  // namespace vdp::cli
