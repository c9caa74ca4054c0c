// How the refs of an array are divided among manifests: the `manifest.splitting` part of a repository's configuration,
// which official writers keep to as well.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_fwd.h"
#include "zarr/array_metadata.h"

namespace vdp::icechunk {

/// Which arrays a rule is for.
struct PathCondition {
  enum class Kind { any_array, path_matches, name_matches, all_of, any_of };
  Kind kind = Kind::any_array;
  std::string regex;                    ///< of path_matches (the whole path) and name_matches (its last part); searched
  std::vector<PathCondition> operands;  ///< of all_of and any_of
};

/// Cells of `chunk_count` chunks along the dimensions that match.
struct DimensionSplit {
  enum class Kind { axis, dimension_name, any };
  Kind kind = Kind::any;
  std::uint64_t axis = 0;
  std::string regex;  ///< of dimension_name; searched
  std::uint32_t chunk_count = 1;
};

/// Of the dimension of just that name.
DimensionSplit split_of_dimension(const std::string& name, std::uint32_t chunk_count);

struct SplitRule {
  PathCondition condition;
  std::vector<DimensionSplit> dimensions;
};

class ManifestSplitting {
 public:
  ManifestSplitting() = default;
  explicit ManifestSplitting(std::vector<SplitRule> rules) : rules_(std::move(rules)) {}

  /// The value of `manifest.splitting`: {"split_sizes": [[condition, [{"condition": ..., "num_chunks": n}]]]}.
  /// null is no rule. Bounded in depth and in the length of its expressions.
  static Result<ManifestSplitting> parse(const Json& value);
  Json to_json() const;

  const std::vector<SplitRule>& rules() const { return rules_; }

  /// Edge of a cell per dimension, in chunks; 2^32 - 1 where no rule says otherwise. Per dimension the first rule that
  /// matches holds. `invalid` for an expression that cannot be understood.
  Result<std::vector<std::uint32_t>> cell_shape(std::string_view path,
                                                const std::vector<std::optional<std::string>>& dimension_names,
                                                std::size_t rank) const;

 private:
  std::vector<SplitRule> rules_;
};

/// Cells of about `refs_per_cell` references along the dimension called `dimension`, for each array by its path
/// ("/group/tas") and the number of its chunks that share one index along that dimension.
ManifestSplitting split_along(const std::string& dimension,
                              const std::map<std::string, std::uint64_t>& refs_per_step_by_path,
                              std::uint64_t refs_per_cell = 200'000);

}  // namespace vdp::icechunk
