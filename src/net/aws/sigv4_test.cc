#include "net/aws/sigv4.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace vdp::aws {
namespace {

constexpr TimestampUs may_2013 = 1'369'353'600'000'000;     // 2013-05-24T00:00:00Z
constexpr TimestampUs august_2015 = 1'440'938'160'000'000;  // 2015-08-30T12:36:00Z

// The examples of "Signature Calculations for the Authorization Header" in the S3 API reference.
const Credentials s3_example{"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}, {}};
const SigningScope s3_scope{"us-east-1", "s3"};
// Those of the signature version 4 test suite.
const Credentials suite_example{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), {}, {}};
const SigningScope suite_scope{"us-east-1", "service"};

std::string header(const SignedRequest& signed_request, std::string_view name) {
  for (const CredentialHeader& one : signed_request.credentials) {
    if (one.name == name) return one.value.reveal();
  }
  return std::string(signed_request.headers.find(name).value_or("none"));
}

std::string signature(const UnsignedRequest& request, const Credentials& credentials, const SigningScope& scope,
                      TimestampUs now_us) {
  const auto signed_request = sign(request, credentials, scope, now_us);
  if (!signed_request) return signed_request.error().text();
  const std::string authorization = header(*signed_request, "Authorization");
  return authorization.substr(authorization.rfind('=') + 1);
}

std::string s3_signature(const UnsignedRequest& request) { return signature(request, s3_example, s3_scope, may_2013); }

std::string suite_signature(const std::string& path, const std::vector<QueryParameter>& query = {}) {
  const UnsignedRequest request{.host = "example.amazonaws.com", .path = path, .query = query, .headers = {}};
  return signature(request, suite_example, suite_scope, august_2015);
}

UnsignedRequest s3_request(const std::string& path) {
  return {.host = "examplebucket.s3.amazonaws.com", .path = path, .query = {}, .headers = {}};
}

TEST(Sigv4, SignsARangedGetOfS3) {
  UnsignedRequest request = s3_request("/test.txt");
  request.headers = {{"Range", "bytes=0-9"}};
  const auto signed_request = sign(request, s3_example, s3_scope, may_2013);
  ASSERT_TRUE(signed_request);
  EXPECT_EQ(header(*signed_request, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(header(*signed_request, "X-Amz-Date"), "20130524T000000Z");
  EXPECT_EQ(header(*signed_request, "X-Amz-Content-Sha256"), empty_payload_sha256);
  EXPECT_EQ(signed_request->path, "/test.txt");
  EXPECT_FALSE(signed_request->query);
}

TEST(Sigv4, SignsAPutOfS3) {
  UnsignedRequest request = s3_request("/test$file.text");
  request.method = "PUT";
  request.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  request.payload_sha256 = sha256_hex(as_bytes("Welcome to Amazon S3."));
  EXPECT_EQ(s3_signature(request), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(Sigv4, SignsAParameterWithoutAValue) {
  UnsignedRequest request = s3_request("/");
  request.query = {{"lifecycle", ""}};
  EXPECT_EQ(s3_signature(request), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(Sigv4, SignsAListingOfS3) {
  UnsignedRequest request = s3_request("/");
  request.query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_EQ(s3_signature(request), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Sigv4, AgreesWithTheTestSuite) {
  EXPECT_EQ(suite_signature("/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(suite_signature("/", {{"Param2", "value2"}, {"Param1", "value1"}}),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

TEST(Sigv4, OnlyServicesOtherThanS3NormalizeThePath) {
  const std::string vanilla = suite_signature("/");
  for (const char* path : {"//", "/./", "/example/..", "/example1/example2/../.."}) {
    EXPECT_EQ(suite_signature(path), vanilla) << path;
  }
  EXPECT_NE(suite_signature("/example/"), suite_signature("/example"));
  EXPECT_NE(s3_signature(s3_request("/a//b")), s3_signature(s3_request("/a/b")));
  EXPECT_NE(s3_signature(s3_request("/a/../b")), s3_signature(s3_request("/b")));
}

TEST(Sigv4, SendsWhatItSigned) {
  UnsignedRequest request = s3_request("/a b+(c)@:'!*%2F\xc3\xbc//d~");
  request.query = {{"b", "x/y"}, {"a", "2"}, {"a", "1"}, {"uploads", ""}};
  const auto signed_request = sign(request, s3_example, s3_scope, may_2013);
  ASSERT_TRUE(signed_request);
  EXPECT_EQ(signed_request->path, "/a%20b%2B%28c%29%40%3A%27%21%2A%252F%C3%BC//d~");
  EXPECT_EQ(signed_request->query, "a=1&a=2&b=x%2Fy&uploads=");
}

TEST(Sigv4, CarriesTheSessionToken) {
  Credentials temporary = s3_example;
  temporary.session_token = Secret("a/token+=");
  const auto signed_request = sign(s3_request("/k"), temporary, s3_scope, may_2013);
  ASSERT_TRUE(signed_request);
  EXPECT_EQ(header(*signed_request, "X-Amz-Security-Token"), "a/token+=");
  EXPECT_NE(header(*signed_request, "Authorization").find(";x-amz-security-token,"), std::string::npos);
}

TEST(Sigv4, RefusesWhatWouldSignAnotherRequest) {
  const auto refused = [](auto&& change) {
    UnsignedRequest request = s3_request("/k");
    Credentials credentials = s3_example;
    SigningScope scope = s3_scope;
    change(request, credentials, scope);
    const auto signed_request = sign(request, credentials, scope, may_2013);
    return !signed_request && signed_request.error().kind == ErrorKind::invalid;
  };
  EXPECT_FALSE(refused([](auto&, auto&, auto&) {}));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.headers = {{"x-amz-a", "1\nx-amz-b:2"}}; }));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.headers = {{"x amz", "1"}}; }));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.headers = {{"HOST", "other"}}; }));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.host = "a b"; }));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.path = "k"; }));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.method = "GET\n/other"; }));
  EXPECT_TRUE(refused([](auto& r, auto&, auto&) { r.payload_sha256 = "abc"; }));
  EXPECT_TRUE(refused([](auto&, auto& c, auto&) { c.access_key_id = ""; }));
  EXPECT_TRUE(refused([](auto&, auto& c, auto&) { c.session_token = Secret("a\nb"); }));
  EXPECT_TRUE(refused([](auto&, auto&, auto& s) { s.region = ""; }));
  EXPECT_TRUE(refused([](auto&, auto&, auto& s) { s.region = "a/b"; }));
  EXPECT_FALSE(sign(s3_request("/k"), s3_example, s3_scope, -1));
}

TEST(CanonicalRequest, SortsParametersByNameAndNotByTheirText) {
  // "a=1" sorts after "a-b=1" as text, as '=' does after '-'.
  EXPECT_EQ(encode_query({{"a-b", "1"}, {"a", "1"}}), "a=1&a-b=1");
  EXPECT_EQ(encode_query({{"\xc3\xbc", ""}, {"z", ""}}), "%C3%BC=&z=");
  EXPECT_EQ(encode_query({}), "");
}

TEST(CanonicalRequest, JoinsAndTrimsHeaders) {
  const auto headers = canonicalize({{"B", " x  y "}, {"a", "1"}, {"b", "z"}, {"User-Agent", "curl"}, {"c", ""}});
  ASSERT_TRUE(headers);
  EXPECT_EQ(headers->lines, "a:1\nb:x y,z\nc:\n");
  EXPECT_EQ(headers->signed_names, "a;b;c");
}

}  // namespace
}  // namespace vdp::aws
