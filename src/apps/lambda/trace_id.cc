#include "apps/lambda/trace_id.h"

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace vdp::lambda {
namespace {

constexpr std::string_view assignment = "_X_AMZN_TRACE_ID=";
constexpr std::size_t max_trace_id_bytes = 1023;

}  // namespace

void set_trace_id(std::string_view trace_id) {
  // setenv() leaks the old text of a variable each time; a text that putenv() was given stays the caller's.
  static std::array<char, assignment.size() + max_trace_id_bytes + 1> variable{};
  const bool is_first = variable.front() == '\0';
  if (is_first) std::ranges::copy(assignment, variable.begin());
  // Cut short, it would be another trace.
  const std::string_view value = trace_id.size() <= max_trace_id_bytes ? trace_id : std::string_view();
  char* const end = std::ranges::copy(value, variable.begin() + assignment.size()).out;
  *end = '\0';
  if (is_first) putenv(variable.data());
}

std::string trace_root(std::string_view trace_id) {
  constexpr std::string_view root = "Root=";
  const std::size_t begin = trace_id.find(root);
  if (begin == std::string_view::npos) return {};
  trace_id.remove_prefix(begin + root.size());
  return std::string(trace_id.substr(0, trace_id.find(';')));
}

}  // namespace vdp::lambda
