#include "store/s3_listing.h"

#include <gtest/gtest.h>

namespace vdp {
namespace {

std::string page(const std::string& content) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>" +
         content + "</ListBucketResult>";
}

std::string contents(const std::string& key, const std::string& size = "5",
                     const std::string& modified = "2026-11-22T17:30:00.123Z") {
  return "<Contents><Key>" + key + "</Key><LastModified>" + modified +
         "</LastModified><ETag>&quot;abc&quot;</ETag><Size>" + size + "</Size></Contents>";
}

TEST(S3Listing, HasObjectsAndTheNextPage) {
  const std::string body =
      page("<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>" +
           contents("a%2Fb+c%2Bd") + contents("%C3%A9"));
  const auto parsed = parse_s3_list_page(as_bytes(body));
  ASSERT_TRUE(parsed) << parsed.error().text();
  ASSERT_EQ(parsed->objects.size(), 2U);
  EXPECT_EQ(parsed->objects[0].key, "a/b c+d");
  EXPECT_EQ(parsed->objects[0].size, 5U);
  EXPECT_EQ(parsed->objects[0].etag, "\"abc\"");
  EXPECT_EQ(parsed->objects[0].last_modified_us, 1'795'368'600'000'000);
  EXPECT_EQ(parsed->objects[1].key, "\xc3\xa9");
  EXPECT_EQ(parsed->continuation_token, "a&b");
  EXPECT_TRUE(parse_s3_list_page(as_bytes(page("")))->continuation_token.empty());
}

TEST(S3Listing, RefusesWhatIsNone) {
  const std::string deep(200'000, '<');
  for (const std::string& body :
       {std::string(), std::string("<html/>"), deep, page("<IsTruncated>true</IsTruncated>"), page(contents("")),
        page(contents("a", "-1")), page(contents("a", "12x")), page(contents("a", "99999999999999999999")),
        page(contents("a", "5", "yesterday")), page(contents("a%zz")), page("<Contents>")}) {
    const auto parsed = parse_s3_list_page(as_bytes(body));
    ASSERT_FALSE(parsed) << body.substr(0, 100);
    EXPECT_TRUE(parsed.error().kind == ErrorKind::corrupt || parsed.error().kind == ErrorKind::invalid);
  }
}

TEST(S3Listing, NestedElementsDoNotExhaustTheStack) {
  std::string nested;
  for (int i = 0; i < 200'000; ++i) nested += "<a>";
  EXPECT_FALSE(parse_s3_list_page(as_bytes(nested)));
  std::string closed = nested;
  for (int i = 0; i < 200'000; ++i) closed += "</a>";
  EXPECT_FALSE(parse_s3_list_page(as_bytes(closed)));
}

TEST(S3Deletion, EscapesKeys) {
  const std::vector<std::string> keys = {"a&b<c>\"d'", "plain"};
  EXPECT_EQ(s3_delete_request(keys),
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet><Object><Key>"
            "a&amp;b&lt;c&gt;\"d'</Key></Object><Object><Key>plain</Key></Object></Delete>");
  EXPECT_FALSE(is_xml_text("a\rb"));
  EXPECT_TRUE(is_xml_text("a\nb"));
}

TEST(S3Deletion, TellsTheFirstFailure) {
  const auto parsed = [](const std::string& content) {
    return parse_s3_delete_answer(as_bytes("<DeleteResult>" + content + "</DeleteResult>"));
  };
  EXPECT_EQ(*parsed(""), std::nullopt);
  EXPECT_EQ(*parsed("<Error><Key>a</Key><Code>NoSuchKey</Code></Error>"), std::nullopt);
  EXPECT_EQ(**parsed("<Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error>"),
            "a: AccessDenied: no");
  EXPECT_FALSE(parse_s3_delete_answer(as_bytes("<html/>")));
}

}  // namespace
}  // namespace vdp
