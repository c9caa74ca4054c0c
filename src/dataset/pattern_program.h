// A compiled pattern: its pieces, and one expression for all of them.
#pragma once

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <map>
#include <string>
#include <vector>

#include "dataset/pattern.h"
#include "dataset/pattern_pieces.h"

namespace vdp::dataset {

struct Pattern::Program {
  std::string text;
  Calendar calendar = Calendar::standard;
  std::vector<Piece> pieces;
  std::vector<int> first_group;  ///< of each piece: the number of its first group in `expression`
  int groups = 0;                ///< of the whole expression, the 0th included
  std::unique_ptr<RE2> expression;
  std::string static_prefix;
  std::string static_suffix;
  std::map<std::string, FieldKind> fields;
  std::string computed_from;  ///< the time that computed fields follow; empty where there are none
  bool has_wildcard = false;

  static Result<Program> compile(std::string_view text, Calendar calendar);
  PatternMatch match(std::string_view key) const;
  /// All directives of the unmoved time `name`.
  std::vector<TimePart> time_parts(std::string_view name) const;
  Result<std::string> write(const PatternFields& fields) const;
  Result<KeyOutline> write_outline(const PatternFields& fields) const;

 private:
  Status collect_fields();
  Status check_times() const;
  Status build_expression();
};

/// The computed number of a time.
std::int64_t compute(ComputedKind kind, const DateTime& time, Calendar calendar);

}  // namespace vdp::dataset
