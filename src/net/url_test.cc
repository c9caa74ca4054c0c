#include "net/url.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

TEST(HttpUrl, IsTakenApart) {
  const auto url = parse_url("HTTPS://Data.Example.ORG:8443/a%20b/c?x=1&y=%c3%a9");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "data.example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a%20b/c");
  EXPECT_EQ(url->query, "x=1&y=%c3%a9");
  EXPECT_EQ(url->authority(), "data.example.org:8443");
  EXPECT_EQ(url->origin(), "https://data.example.org:8443");
  EXPECT_EQ(url->target(), "/a%20b/c?x=1&y=%c3%a9");
  EXPECT_EQ(url->without_query(), "https://data.example.org:8443/a%20b/c");
}

TEST(HttpUrl, TheSchemesPortMayBeLeftOut) {
  EXPECT_EQ(parse_url("http://h/")->port, 80);
  EXPECT_EQ(parse_url("https://h/")->port, 443);
  EXPECT_EQ(parse_url("https://h:443/")->text(), "https://h/");
  EXPECT_EQ(parse_url("http://h:/")->port, 80);
  EXPECT_EQ(parse_url("http://h:443/")->text(), "http://h:443/");
  EXPECT_EQ(parse_url("https://h")->origin(), parse_url("https://H:443/x?y")->origin());
  EXPECT_NE(parse_url("https://h:80")->origin(), parse_url("http://h:80")->origin());
}

TEST(HttpUrl, PathAndQueryStayAsGiven) {
  for (const char* text :
       {"http://h/", "http://h/a//b", "http://h/../a/./b/..", "http://h/%2F%2f%c3%C3", "http://h/a+b(c)@:'!*,;=&$~",
        "http://h/?", "http://h/?uploads", "http://h/?a=b/c?d", "http://h/a?b=%26&a=+", "http://[::1]:9000/x",
        "http://[2001:db8::1]/", "http://my_bucket.s3.example/k"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url.has_value()) << text << ": " << url.error().text();
    EXPECT_EQ(url->text(), text);
  }
  EXPECT_EQ(parse_url("http://h?a")->text(), "http://h/?a");
  EXPECT_EQ(parse_url("http://[2001:DB8::A]")->host, "2001:db8::a");
  EXPECT_EQ(parse_url("http://h/")->query, std::nullopt);
  EXPECT_EQ(parse_url("http://h/?")->query, "");
}

TEST(HttpUrl, EverythingElseIsInvalid) {
  for (const char* text : {"",
                           "h/path",
                           "/path",
                           "//h/path",
                           "file:///etc/passwd",
                           "ftp://h/",
                           "s3://bucket/key",
                           "http:/h",
                           "http:h",
                           "http://",
                           "http:///path",
                           "http://:80/",
                           "http://h:0/",
                           "http://h:65536/",
                           "http://h:-1/",
                           "http://h:+80/",
                           "http://h: 80/",
                           "http://h:80x/",
                           "http://h:80:80/",
                           "http://user@h/",
                           "http://user:pass@h/",
                           "http://@h/",
                           "http://h\\@other/",
                           "http://h/a#b",
                           "http://h#b",
                           "http://h/a b",
                           "http://h/a\r\nHost: x",
                           "http://h/\x01",
                           "http://h/\xc3\xa9",
                           "http://\xc3\xa9.org/",
                           "http://h/%",
                           "http://h/%2",
                           "http://h/%zz",
                           "http://h/?%g0",
                           "http://h/a\"b",
                           "http://h/a\\b",
                           "http://h/<a>",
                           "http://h/?a|b",
                           "http://h/[a]",
                           "http://ho%73t/",
                           "http://ho st/",
                           "http://.h/",
                           "http://a..b/",
                           "http://[::1/",
                           "http://[::1]x/",
                           "http://[]/",
                           "http://[127.0.0.1]/",
                           "http://[fe80::1%25eth0]/",
                           "http://[v1.x]/",
                           " http://h/",
                           "http://h,other/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_EQ(url.error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_FALSE(parse_url(std::string_view("http://h/\0x", 11)).has_value());
  EXPECT_EQ(parse_url("http://h/" + std::string(20000, 'a')).error().kind, ErrorKind::limit);
  EXPECT_FALSE(parse_url("http://" + std::string(300, 'a') + "/").has_value());
}

TEST(HttpUrl, ErrorsRepeatNoSecrets) {
  for (const char* text :
       {"http://user:hunter2@h/", "https://hunter2@h/x", "http://h/%zz?sig=hunter2", "http://h/?sig=hunter2|",
        "http://h/#hunter2", "s3://key:hunter2@bucket/x", "hunter2@http://x", "http://a/b:hunter2@c d"}) {
    const std::string message = parse_url(text).error().text();
    EXPECT_EQ(message.find("hunter2"), std::string::npos) << message;
  }
}

// RFC 3986, section 5.4, as far as the results are http URLs; fragments are dropped.
TEST(HttpUrl, ReferencesAreResolvedAsTheStandardSays) {
  const Url base = *parse_url("http://a/b/c/d;p?q");
  const std::pair<const char*, const char*> cases[] = {
      {"http://g", "http://g/"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = resolve_reference(base, reference);
    ASSERT_TRUE(url.has_value()) << reference << ": " << url.error().text();
    EXPECT_EQ(url->text(), expected) << reference;
  }
  for (const char* reference : {"file:///etc/passwd", "javascript:alert(1)", "//user@h/", "gopher://h/", "/a b"}) {
    EXPECT_EQ(resolve_reference(base, reference).error().kind, ErrorKind::invalid) << reference;
  }
}

}  // namespace
}  // namespace vdp
