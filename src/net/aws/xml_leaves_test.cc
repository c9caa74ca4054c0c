#include "net/aws/xml_leaves.h"

#include <gtest/gtest.h>

namespace vdp::aws {
namespace {

std::string shown(std::string_view document) {
  const auto leaves = xml_leaves(document);
  if (!leaves) return std::string(to_string(leaves.error().kind));
  std::string text;
  for (const auto& [path, value] : *leaves) text.append(path).append("=").append(value.reveal()).append(";");
  return text;
}

TEST(XmlLeaves, AreElementsWithoutChildren) {
  EXPECT_EQ(shown("<a><b>1</b><c/><d> x </d></a>"), "a/b=1;a/c=;a/d= x ;");
  EXPECT_EQ(shown("<?xml version=\"1.0\"?>\n<!-- c -->\n<a x=\"1\" y='>' ><b\n z=\"/\"/></a >\n"), "a/b=;");
  EXPECT_EQ(shown("<a>&lt;&gt;&amp;&quot;&apos;&amp;lt;</a>"), "a=<>&\"'&lt;;");
}

TEST(XmlLeaves, RefuseWhatIsNotWellFormed) {
  for (const char* bad : {"",           "x",
                          "<a>",        "</a>",
                          "<a></b>",    "<a/><b/>",
                          "<a>&x;</a>", "<a>&#65;</a>",
                          "<a",         "<a b>",
                          "<a b=1/>",   "<a b=\"1/>",
                          "<a>1</a>x",  "<a><b></a></b>",
                          "< a/>",      "<a\"b\"/>",
                          "<a/ >",      "<a b=\"1\"c=\"2\"/>",
                          "<!-- ",      "<?xml "}) {
    EXPECT_EQ(shown(bad), "corrupt") << bad;
  }
  for (const char* bad : {"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a><![CDATA[x]]></a>", "<a><?php x?></a>"}) {
    EXPECT_EQ(shown(bad), "unsupported") << bad;
  }
}

TEST(XmlLeaves, AreBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(shown(deep), "limit");
  std::string wide = "<r>";
  for (int i = 0; i < 101; ++i) wide += "<a/>";
  EXPECT_EQ(shown(wide + "</r>"), "limit");
}

}  // namespace
}  // namespace vdp::aws
