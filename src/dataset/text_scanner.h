// Takes things from the front of a text. Every take says whether it could, and leaves the text alone where it could
// not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vdp::dataset {

class TextScanner {
 public:
  explicit TextScanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool take_any(std::string_view set) {
    if (rest_.empty() || set.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_spaces() {
    const std::size_t before = rest_.size();
    while (take_any(" \t")) {
    }
    return rest_.size() != before;
  }
  /// A number of `least` to `most` (at most 9) digits, not followed by a further digit.
  bool take_number(std::size_t least, std::size_t most, int& number) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < rest_.size() && is_digit(rest_[count])) value = value * 10 + (rest_[count++] - '0');
    if (count < least || (count < rest_.size() && is_digit(rest_[count]))) return false;
    rest_.remove_prefix(count);
    number = value;
    return true;
  }
  /// The digits after a decimal point as nanoseconds; digits beyond the ninth must be 0.
  bool take_fraction(int& nanosecond) {
    std::size_t count = 0;
    int value = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      if (count < 9) value = value * 10 + (rest_[count] - '0');
      if (count >= 9 && rest_[count] != '0') return false;
    }
    if (count == 0) return false;
    for (std::size_t digits = count; digits < 9; ++digits) value *= 10;
    rest_.remove_prefix(count);
    nanosecond = value;
    return true;
  }
  /// Letters, digits and '_', beginning with no digit; empty where there is none.
  std::string_view take_identifier() {
    std::size_t count = 0;
    while (count < rest_.size() && (is_letter(rest_[count]) || (count > 0 && is_digit(rest_[count])))) ++count;
    const std::string_view name = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return name;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

 private:
  std::string_view rest_;
};

}  // namespace vdp::dataset
