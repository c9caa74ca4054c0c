#include "net/secret.h"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string_view>
#include <type_traits>

namespace vdp {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <typename T>
concept Comparable = requires(const T& a, const T& b) { a == b; };

static_assert(!Printable<Secret>);
static_assert(!Comparable<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(Printable<int> && Comparable<int> && fmt::is_formattable<int>::value);  // the checks can tell

// Long enough not to be kept inside the string object.
const char* const long_text = "a secret that is longer than the small buffer of a string";

TEST(Secret, IsRevealedOnRequest) {
  EXPECT_EQ(Secret("key").reveal(), "key");
  EXPECT_TRUE(Secret().empty());
  EXPECT_FALSE(Secret(long_text).empty());
}

TEST(Secret, CopiesAreWhole) {
  const Secret one(long_text);
  Secret two;
  two = one;
  const Secret three(two);
  EXPECT_EQ(one.reveal(), long_text);
  EXPECT_EQ(two.reveal(), long_text);
  EXPECT_EQ(three.reveal(), long_text);
}

TEST(Secret, WhatItWasMovedFromHoldsNothing) {
  std::string text = "short";
  char* characters = text.data();
  Secret first(std::move(text));
  EXPECT_EQ(std::string_view(characters, 5), std::string_view("\0\0\0\0\0", 5));
  Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT: moved from on purpose
  EXPECT_EQ(second.reveal(), "short");
  first = std::move(second);
  EXPECT_TRUE(second.empty());  // NOLINT
  EXPECT_EQ(first.reveal(), "short");
}

TEST(Secret, IsWipedWhenItIsDestroyed) {
  alignas(Secret) unsigned char place[sizeof(Secret)] = {};
  auto* secret = new (place) Secret("tiny-key");  // short enough to lie in the object itself
  const std::string_view object(reinterpret_cast<const char*>(place), sizeof(place));
  ASSERT_NE(object.find("tiny-key"), std::string_view::npos);
  secret->~Secret();
  EXPECT_EQ(object.find("iny-key"), std::string_view::npos);
}

}  // namespace
}  // namespace vdp
