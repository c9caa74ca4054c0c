#include "dataset/attribute_policy.h"

#include <gtest/gtest.h>

namespace vdp::dataset {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }

AttributePolicy policy_of(AttributeRule rule) {
  AttributePolicy policy;
  policy.default_rule = rule;
  return policy;
}

TEST(Attributes, DropWhatDiffersAndStayDropped) {
  const AttributePolicy policy = policy_of(AttributeRule::drop);
  const auto combined =
      combine_attributes(policy, json(R"({"a":1,"b":"x","c":2})"), json(R"({"a":1,"b":"y","d":3})")).value();
  EXPECT_EQ(combined.attributes, json(R"({"a":1})"));
  EXPECT_EQ(combined.dropped, (std::vector<std::string>{"b", "c"}));
  const auto again = combine_attributes(policy, combined.attributes, json(R"({"a":1,"b":"x","c":2})")).value();
  EXPECT_EQ(again.attributes, json(R"({"a":1})"));
  EXPECT_TRUE(again.dropped.empty());
}

TEST(Attributes, ConstantsRejectTheFile) {
  const AttributePolicy policy = policy_of(AttributeRule::constant);
  const auto differs = combine_attributes(policy, json(R"({"a":1})"), json(R"({"a":2})"));
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().text(),
            "group attribute a: found 2, expected 1 (another rule of `[attrs]` lets it differ)");
  EXPECT_FALSE(combine_attributes(policy, json(R"({"a":1})"), json("{}")));
  EXPECT_FALSE(combine_attributes(policy, json("{}"), json(R"({"a":1})")));
  EXPECT_TRUE(combine_attributes(policy, json(R"({"a":1})"), json(R"({"a":1})")));
}

TEST(Attributes, AllThatMustNotDifferAreTold) {
  const auto differ =
      combine_attributes(policy_of(AttributeRule::constant), json(R"({"a":1,"b":"x"})"), json(R"({"b":"y","c":3})"));
  ASSERT_FALSE(differ);
  for (const std::string name : {"attribute a:", "attribute b:", "attribute c:"}) {
    EXPECT_NE(differ.error().text().find(name), std::string::npos) << differ.error().text();
  }
}

Json settled(AttributeRule rule, std::string_view stored, std::string_view incoming) {
  return combine_attributes(policy_of(rule), json(stored), json(incoming)).value().attributes;
}

TEST(Attributes, KeepOneOrAll) {
  EXPECT_EQ(settled(AttributeRule::first, R"({"a":1})", R"({"a":2,"b":3})"), json(R"({"a":1})"));
  EXPECT_EQ(settled(AttributeRule::last, R"({"a":1,"c":1})", R"({"a":2,"b":3})"), json(R"({"a":2,"c":1,"b":3})"));
  EXPECT_EQ(settled(AttributeRule::min, R"({"a":1,"t":"2020-01-02"})", R"({"a":0.5,"t":"2020-01-03"})"),
            json(R"({"a":0.5,"t":"2020-01-02"})"));
  EXPECT_EQ(settled(AttributeRule::max, R"({"a":1,"t":"2020-01-02"})", R"({"a":0.5,"t":"2020-01-03"})"),
            json(R"({"a":1,"t":"2020-01-03"})"));
  EXPECT_FALSE(combine_attributes(policy_of(AttributeRule::min), json(R"({"a":1})"), json(R"({"a":"1"})")));
  EXPECT_EQ(settled(AttributeRule::join, R"({"a":"x"})", R"({"a":"y"})"), json(R"({"a":"x, y"})"));
  EXPECT_EQ(settled(AttributeRule::join, R"({"a":"x, y"})", R"({"a":"x"})"), json(R"({"a":"x, y"})"));
  EXPECT_EQ(settled(AttributeRule::join, R"({"a":"xx"})", R"({"a":"x"})"), json(R"({"a":"xx, x"})"));
}

TEST(Attributes, SingleRulesAndSetValuesPrevail) {
  AttributePolicy policy = policy_of(AttributeRule::constant);
  policy.rules["n"] = AttributeRule::max;
  policy.dropped = {"history"};
  policy.set["title"] = "T";
  const Json first = first_attributes(policy, json(R"({"n":1,"history":"h","title":"x"})"));
  EXPECT_EQ(first, json(R"({"n":1,"title":"T"})"));
  const auto combined = combine_attributes(policy, first, json(R"({"n":2,"history":"i","title":"y"})")).value();
  EXPECT_EQ(combined.attributes, json(R"({"n":2,"title":"T"})"));
  EXPECT_TRUE(combined.dropped.empty());
}

}  // namespace
}  // namespace vdp::dataset
