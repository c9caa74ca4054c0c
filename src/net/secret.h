// Secret: a text that must not show up in a log, an error or a dump. It cannot be printed, formatted or compared.
#pragma once

#include <fmt/core.h>
#include <string.h>

#include <iosfwd>
#include <string>
#include <utility>

namespace vdp {

/// Owns its characters and wipes them when it is destroyed, assigned to or moved from. Copies are allowed (credentials
/// are shared by threads); each wipes itself.
class Secret {
 public:
  Secret() = default;
  /// Takes the text over; what the caller moved from is wiped as far as it still holds characters.
  explicit Secret(std::string&& text) : text_(std::move(text)) { wipe(text); }
  explicit Secret(const std::string& text) : text_(text) {}
  explicit Secret(const char* text) : text_(text) {}

  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) *this = Secret(other);
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
    return *this;
  }
  ~Secret() { wipe(text_); }

  /// The text, for the one place that uses it: a header about to be sent, a key about to sign. Never keep a copy.
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  /// Comparing in plain code leaks by timing, and is mostly a mistake: reveal() says what is meant.
  bool operator==(const Secret&) const = delete;

 private:
  /// A moved-from short string keeps its characters in the object itself, so all of the capacity is cleared.
  static void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // within the capacity: no allocation
    explicit_bzero(text.data(), text.size());
    text.clear();
  }

  std::string text_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace vdp

template <>
struct fmt::formatter<vdp::Secret> {
  formatter() = delete;
};
