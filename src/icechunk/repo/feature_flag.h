// Feature flags: what a repository's owner may switch off for all its writers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "icechunk/format/repo_info.h"

namespace vdp::icechunk {

/// The numbers are those in `repo`. Every feature is on unless its flag says otherwise.
enum class FeatureFlag : std::uint16_t { move_node = 3, create_tag = 4, delete_tag = 5 };

inline constexpr FeatureFlag all_feature_flags[] = {FeatureFlag::move_node, FeatureFlag::create_tag,
                                                    FeatureFlag::delete_tag};

/// "move_node".
std::string_view to_string(FeatureFlag flag);
/// `invalid` for a name that is no flag's, with the names there are.
Result<FeatureFlag> parse_feature_flag(std::string_view name);

bool is_enabled(const RepoInfo& info, FeatureFlag flag);
/// `denied` where the flag is off.
Status check_enabled(const RepoInfo& info, FeatureFlag flag);
/// Nothing: back to the default. Flags that this version does not know stay as they are.
void set_feature_flag(RepoInfo& info, FeatureFlag flag, std::optional<bool> value);

}  // namespace vdp::icechunk
