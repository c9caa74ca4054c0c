#include "dataset/mismatch.h"

#include <fmt/format.h>

namespace vdp::dataset {

std::string describe(const Mismatch& mismatch) {
  std::string text = mismatch.variable.empty() ? "" : fmt::format("variable {}: ", mismatch.variable);
  text += fmt::format("{}: found {}, expected {}", mismatch.what, mismatch.found, mismatch.expected);
  if (!mismatch.remedy.empty()) text += fmt::format(" ({})", mismatch.remedy);
  return text;
}

std::string describe(const std::vector<Mismatch>& mismatches) {
  std::string text;
  for (const auto& mismatch : mismatches) text += (text.empty() ? "" : "; ") + describe(mismatch);
  return text;
}

}  // namespace vdp::dataset
