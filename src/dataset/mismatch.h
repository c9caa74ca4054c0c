// One reason why a granule does not fit its dataset.
#pragma once

#include <string>
#include <vector>

namespace vdp::dataset {

struct Mismatch {
  std::string variable;  ///< empty: the granule as a whole
  std::string what;      ///< what was compared: "chunk shape", "attribute scale_factor", ...
  std::string found;
  std::string expected;
  std::string remedy;  ///< the word of the dataset file that would allow it, or what else to do; may be empty
};

/// "variable tas: chunk shape: found [1,10], expected [1,5] (remedy)".
std::string describe(const Mismatch& mismatch);
/// All of them, joined by "; ".
std::string describe(const std::vector<Mismatch>& mismatches);

}  // namespace vdp::dataset
