#include "apps/settings/rules.h"

#include <algorithm>
#include <charconv>

#include "apps/settings/membership.h"

namespace vdp::settings {
namespace {

// Values are normalised: what a rule counts with is a whole number.
std::int64_t number_of(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

std::ptrdiff_t length_of(const std::optional<std::string>& list) {
  return list ? std::ranges::count(*list, ',') + 1 : 0;
}

bool holds(const Condition& condition, const Values& values) {
  const auto value = values.value_of(condition.of);
  switch (condition.is) {
    case Comparison::given:
      return values.is_given(condition.of);
    case Comparison::absent:
      return !value;
    case Comparison::one_of:
      return value && contains(condition.texts, *value);
    case Comparison::none_of:
      return value && !contains(condition.texts, *value);
    case Comparison::other_than:
      return value != values.value_of(condition.value_of);
    case Comparison::longer_or_shorter_than:
      return length_of(value) != length_of(values.value_of(condition.value_of));
    case Comparison::above:
      return number_of(value) > value_of(condition.sum, values);
    case Comparison::below:
      return number_of(value) < value_of(condition.sum, values);
  }
  return false;
}

}  // namespace

std::int64_t value_of(const Sum& sum, const Values& values) {
  std::int64_t total = 0;
  for (const auto& term : sum.terms) total += term.factor * number_of(values.value_of(term.setting));
  return std::max(total, sum.at_least);
}

std::vector<std::string_view> names_of(const Rule& rule) {
  std::vector<std::string_view> names;
  for (const Condition& condition : rule.where) {
    names.push_back(condition.of);
    if (!condition.value_of.empty()) names.push_back(condition.value_of);
    for (const auto& term : condition.sum.terms) names.push_back(term.setting);
  }
  return names;
}

bool applies(const Rule& rule, const Values& values) {
  return std::ranges::all_of(rule.where, [&](const Condition& condition) { return holds(condition, values); });
}

std::string text_of(const Rule& rule, const Values& values) {
  std::string text;
  std::string_view rest = rule.text;
  while (true) {
    const std::size_t begin = rest.find('{');
    const std::size_t end = rest.find('}', begin);
    if (end == std::string_view::npos) return text.append(rest);
    text.append(rest.substr(0, begin));
    text.append(values.value_of(rest.substr(begin + 1, end - begin - 1)).value_or("not set"));
    rest.remove_prefix(end + 1);
  }
}

}  // namespace vdp::settings
