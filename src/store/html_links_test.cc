#include "store/html_links.h"

#include <gtest/gtest.h>

#include <chrono>

namespace vdp {
namespace {

using Links = std::vector<std::string>;

TEST(HtmlLinks, OfTheServersThatListFolders) {
  EXPECT_EQ(html_links(R"(<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN"><html><head><title>Index</title></head>
<body><table><tr><th><a href="?C=N;O=D">Name</a></th></tr>
<tr><td><img src="/icons/folder.gif" alt="[DIR]"></td><td><a href="2020/">2020/</a></td></tr></table></body></html>)"),
            (Links{"?C=N;O=D", "2020/"}));  // Apache
  EXPECT_EQ(
      html_links("<h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\r\n<a href=\"a%20b.nc\">a b.nc</a>  1-Jan\n"),
      (Links{"../", "a%20b.nc"}));                                                                        // nginx
  EXPECT_EQ(html_links("<ul>\n<li><a href=\"a%26b.nc\">a&amp;b.nc</a></li>\n</ul>"), Links{"a%26b.nc"});  // Python
}

TEST(HtmlLinks, QuotesCasesAndReferences) {
  EXPECT_EQ(html_links("<A HREF=x.nc><a\nid = '1' href = 'y z'/><a href=\"a&amp;b&#38;c&#x26;d&unknown;e&\">"),
            (Links{"x.nc", "y z", "a&b&c&d&unknown;e&"}));
  EXPECT_EQ(html_links("<a href=\"&#xe9;&#8364;&#x1F30A;&#0;&#xD800;\">"),
            Links{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a&#0;&#xD800;"});
  EXPECT_EQ(html_links("<a href=first href=second><a><a href><a name=n>"), (Links{"first", ""}));
}

TEST(HtmlLinks, PassesOverWhatIsNoLink) {
  EXPECT_EQ(html_links("<!-- <a href=no> --><!--><a href=yes><script>'<a href=no>'</script><STYLE><a href=no></style>"
                       "<abbr href=no><link href=no></a href=no><?a href=no?><a title='<a href=no>' href=two>"),
            (Links{"yes", "two"}));
  EXPECT_EQ(html_links("1 < 2 <a href=cut"), Links{});
  EXPECT_EQ(html_links("<a href='open"), Links{});
  EXPECT_EQ(html_links("<script><a href=no>"), Links{});
  EXPECT_EQ(html_links("<"), Links{});
  EXPECT_EQ(html_links(""), Links{});
}

TEST(HtmlLinks, HostilePagesTakeNoLongerThanTheirSize) {
  const auto started = std::chrono::steady_clock::now();
  for (const std::string part : {"<div>", "<a href='", "<script></scrip", "<!--", "&#", "<a ", "<a href=x>", "</"}) {
    std::string page;
    while (page.size() < 4'000'000) page += part;
    html_links(page);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
}

}  // namespace
}  // namespace vdp
