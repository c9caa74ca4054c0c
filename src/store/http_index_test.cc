#include "store/http_index.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/http_listing.h"

namespace vdp {
namespace {

std::vector<IndexEntry> entries(std::string_view html) {
  return index_entries(parse_url("https://host/data/a%20b/").value(), html);
}

TEST(HttpIndex, NamesWhatLiesDirectlyBelow) {
  EXPECT_EQ(
      entries("<a href='x.nc'><a href='2020/'><a href='/data/a%20b/y.nc'><a href='https://host:443/data/a b/z.nc'>"
              "<a href=\"q%3Fr%23s.nc\"><a href='./t.nc#part'><a href='x.nc'>"),
      (std::vector<IndexEntry>{
          {"2020", true}, {"q?r#s.nc", false}, {"t.nc", false}, {"x.nc", false}, {"y.nc", false}, {"z.nc", false}}));
}

TEST(HttpIndex, PassesOverEverythingElse) {
  EXPECT_TRUE(
      entries("<a href='../'><a href='/'><a href='/data/'><a href='?C=M;O=A'><a href='x.nc?download'>"
              "<a href=''><a href='#top'><a href='./'><a href='.'><a href='deep/er.nc'><a href='//other/x.nc'>"
              "<a href='http://host/data/a%20b/x.nc'><a href='https://host:444/data/a%20b/x.nc'>"
              "<a href='javascript:go()'><a href='mailto:a@b'><a href='%2e%2e'><a href='..%2fx'><a href='a%2Fb'>"
              "<a href='%zz'><a href='x%00y'><a href='../a%20b/../x'>")
          .empty());
}

HttpResponse page_of(const std::string& folder, const std::string& html) {
  HttpResponse page;
  page.status = 200;
  page.headers = {{"Content-Type", "text/html;charset=utf-8"}};
  page.url = parse_url("http://host/" + folder).value();
  page.body = to_bytes(html);
  return page;
}

/// Every folder holds a file and two folders, without end.
std::vector<Result<HttpResponse>> endless(const std::vector<std::string>& folders) {
  std::vector<Result<HttpResponse>> pages;
  for (const std::string& folder : folders) pages.push_back(page_of(folder, "<a href=f><a href=a/><a href=b/>"));
  return pages;
}

TEST(HttpListing, EndlessServersAreALimit) {
  const auto refusal = [](const HttpIndexLimits& limits) {
    const auto keys = list_http_keys({}, limits, endless);
    EXPECT_FALSE(keys);
    return keys ? Error{} : keys.error();
  };
  EXPECT_EQ(refusal({.max_depth = 3}).kind, ErrorKind::limit);
  EXPECT_NE(refusal({.max_depth = 3}).message.find("deeper than 3"), std::string::npos);
  EXPECT_NE(refusal({.max_pages = 100}).message.find("100 index pages"), std::string::npos);
  EXPECT_NE(refusal({.max_links = 100}).message.find("100 links"), std::string::npos);
}

TEST(HttpListing, AsksOnlyForFoldersThatAreWanted) {
  std::vector<std::string> asked;
  const auto fetch = [&](const std::vector<std::string>& folders) {
    asked.insert(asked.end(), folders.begin(), folders.end());
    return endless(folders);
  };
  ListScope scope{.prefix = "a/b/"};
  scope.wants_folder = [](std::string_view folder) { return std::ranges::count(folder, '/') <= 3; };
  const auto keys = list_http_keys(scope, {}, fetch);
  ASSERT_TRUE(keys) << keys.error().text();
  EXPECT_EQ(asked, (std::vector<std::string>{"a/b/", "a/b/a/", "a/b/b/"}));
  EXPECT_EQ(*keys, (std::vector<std::string>{"a/b/a/f", "a/b/b/f", "a/b/f"}));
}

TEST(HttpListing, APageThatIsNoIndexIsNamed) {
  const auto fetch = [](const std::vector<std::string>& folders) {
    HttpResponse page = page_of(folders.front(), "{}");
    page.headers = {{"Content-Type", "application/json"}};
    return std::vector<Result<HttpResponse>>{page};
  };
  const auto keys = list_http_keys({}, {}, fetch);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().kind, ErrorKind::unsupported);
  EXPECT_NE(keys.error().message.find("application/json"), std::string::npos);
}

}  // namespace
}  // namespace vdp
