#include "icechunk/repo/feature_flag.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace vdp::icechunk {
namespace {

using Flags = std::optional<std::vector<std::uint16_t>>;

/// Lists are sorted on disk. One that ever had an entry stays, maybe empty.
void put(Flags& flags, std::uint16_t number, bool present) {
  if (!flags && !present) return;
  if (!flags) flags.emplace();
  std::erase(*flags, number);
  if (present) flags->insert(std::ranges::lower_bound(*flags, number), number);
}

}  // namespace

std::string_view to_string(FeatureFlag flag) {
  switch (flag) {
    case FeatureFlag::move_node:
      return "move_node";
    case FeatureFlag::create_tag:
      return "create_tag";
    case FeatureFlag::delete_tag:
      break;
  }
  return "delete_tag";
}

Result<FeatureFlag> parse_feature_flag(std::string_view name) {
  std::vector<std::string_view> known;
  for (const FeatureFlag flag : all_feature_flags) {
    if (to_string(flag) == name) return flag;
    known.push_back(to_string(flag));
  }
  return invalid(fmt::format("found the feature flag \"{}\", expected one of {}", name, fmt::join(known, ", ")));
}

bool is_enabled(const RepoInfo& info, FeatureFlag flag) {
  const auto& disabled = info.disabled_feature_flags;
  return !disabled || std::ranges::find(*disabled, static_cast<std::uint16_t>(flag)) == disabled->end();
}

Status check_enabled(const RepoInfo& info, FeatureFlag flag) {
  if (is_enabled(info, flag)) return {};
  return fail(ErrorKind::denied, fmt::format("the repository's feature flag {} is off", to_string(flag)));
}

void set_feature_flag(RepoInfo& info, FeatureFlag flag, std::optional<bool> value) {
  const auto number = static_cast<std::uint16_t>(flag);
  put(info.enabled_feature_flags, number, value == true);
  put(info.disabled_feature_flags, number, value == false);
}

}  // namespace vdp::icechunk
