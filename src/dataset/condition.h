// Conditions over the fields of a pattern: "start == end", "state != '_preliminary'".
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dataset/pattern.h"

namespace vdp::dataset {

/// LEFT == RIGHT or LEFT != RIGHT: the left is a field, the right a field or a text in single quotes.
struct Condition {
  std::string left;
  std::string right;
  bool right_is_text = false;
  bool negated = false;

  bool holds(const PatternFields& fields) const;
};

/// Both fields must be the pattern's; two fields must be of one kind.
Result<Condition> parse_condition(std::string_view text, const Pattern& pattern);

}  // namespace vdp::dataset
