#include "apps/settings/env_file.h"

#include <gtest/gtest.h>

namespace vdp::settings {
namespace {

using Entries = std::map<std::string, std::string>;

TEST(SettingsEnvFile, ReadsAssignments) {
  const EnvFile file = parse_env_file("A=1\n  B = two words \nexport C=3\r\nD=\n");
  EXPECT_EQ(file.values, (Entries{{"A", "1"}, {"B", "two words"}, {"C", "3"}, {"D", ""}}));
  EXPECT_TRUE(file.findings.empty());
}

TEST(SettingsEnvFile, CommentsBeginLinesAndFollowBlanks) {
  const EnvFile file = parse_env_file("# A=1\nB=x # y\nC=x#y\nD=#y\nE=\"x # y\" # z\nF='x'#z\n");
  EXPECT_EQ(file.values, (Entries{{"B", "x"}, {"C", "x#y"}, {"D", ""}, {"E", "x # y"}, {"F", "x"}}));
  EXPECT_TRUE(file.findings.empty());
}

TEST(SettingsEnvFile, TheLastOfOneNameCounts) {
  const EnvFile file = parse_env_file("A=1\nB=2\nA=3");
  EXPECT_EQ(file.values, (Entries{{"A", "3"}, {"B", "2"}}));
  EXPECT_EQ(file.names, (std::vector<std::string>{"A", "B"}));
}

TEST(SettingsEnvFile, TellsLinesThatAreNoneWithoutRepeatingThem) {
  const EnvFile file = parse_env_file("A=1\ns3cret\n=2\nexport\nB=\"open\n1C=2\nD='x' y\n");
  EXPECT_EQ(file.values, (Entries{{"A", "1"}}));
  ASSERT_EQ(file.findings.size(), 6U);
  EXPECT_EQ(describe(file.findings[0]), ".env: line 2: expected NAME=VALUE");
  EXPECT_EQ(describe(file.findings[5]), ".env: line 7: expected NAME=VALUE");
}

}  // namespace
}  // namespace vdp::settings
