#include "dataset/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::dataset {

std::vector<Finding> Findings::take() {
  std::ranges::stable_sort(all_, {}, &Finding::line);
  return std::move(all_);
}

std::string describe(const Finding& finding) {
  std::string text;
  if (finding.line != 0) text += fmt::format("line {}: ", finding.line);
  if (!finding.key.empty()) text += finding.key + ": ";
  return text + finding.message;
}

Error to_error(const std::string& path, const std::vector<Finding>& findings) {
  const bool all_planned = std::ranges::all_of(
      findings, [](const Finding& finding) { return finding.kind == Finding::Kind::not_implemented; });
  std::string message = fmt::format("{} finding{}", findings.size(), findings.size() == 1 ? "" : "s");
  for (const Finding& finding : findings) message += "\n  " + describe(finding);
  return Error{all_planned ? ErrorKind::unsupported : ErrorKind::invalid, std::move(message), path};
}

}  // namespace vdp::dataset
