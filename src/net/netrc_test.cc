#include "net/netrc.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

/// "user:password", "none", or the error.
std::string login(std::string_view text, std::string_view machine = "h") {
  const auto found = find_netrc_login(text, machine);
  if (!found) return found.error().text();
  if (!*found) return "none";
  return (*found)->user.reveal() + ":" + (*found)->password.reveal();
}

TEST(Netrc, FindsTheMachineElseTheDefault) {
  const std::string text =
      "# mine\nmachine a login ua password pa\nmachine h\n\tlogin u#1\n\tpassword p#2 account x\r\n"
      "machine h login other password other\ndefault login d password dp\n";
  EXPECT_EQ(login(text), "u#1:p#2");
  EXPECT_EQ(login(text, "a"), "ua:pa");
  EXPECT_EQ(login(text, "nowhere"), "d:dp");
  EXPECT_EQ(login("machine a login ua password pa"), "none");
  EXPECT_EQ(login(""), "none");
  EXPECT_EQ(login("machine h password p login u"), "u:p");
  EXPECT_EQ(login("machine h"), ":");
}

TEST(Netrc, ReadsQuotesAndPassesMacros) {
  EXPECT_EQ(login("machine \"h\" login \"a b\" password \"q\\\"\\\\\""), "a b:q\"\\");
  EXPECT_EQ(login("machine a login u password p\nmacdef init\nmachine h login evil password evil\n\n"
                  "machine h login u password p"),
            "u:p");
  EXPECT_EQ(login("macdef x\nput it"), "none");
}

TEST(Netrc, TellsTheLineAndNothingOfIt) {
  EXPECT_EQ(login("machine h\nCANARY x"), "line 2: none of machine, default, login, password, account and macdef");
  EXPECT_EQ(login("login CANARY"), "line 1: a value before the first machine");
  EXPECT_EQ(login("machine h\n\nlogin"), "line 3: the last value is missing");
  EXPECT_EQ(login("machine"), "line 1: the last value is missing");
  EXPECT_EQ(login("machine h password \"CANARY\n"), "line 1: a quote without its end");
}

}  // namespace
}  // namespace vdp
