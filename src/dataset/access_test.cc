// How the store and the source are reached, as the dataset file says it.
#include <gtest/gtest.h>

#include "dataset/dataset_file.h"
#include "dataset/locations.h"

namespace vdp::dataset {
namespace {

std::expected<DatasetFile, std::vector<Finding>> parse(const std::string& text) {
  return parse_dataset_file(text, "/data/rain/dataset.toml", {}, [](const std::string&) { return std::nullopt; });
}

/// The findings, a line each; empty where the file is fine.
std::string findings(const std::string& text) {
  const auto file = parse(text);
  std::string all;
  if (!file) {
    for (const Finding& finding : file.error()) all += finding.key + ": " + finding.message + "\n";
  }
  return all;
}

TEST(Access, IsReadForSourceAndStore) {
  const auto file = parse(R"(
    [store]
    url = "s3://stores/rain"
    region = "eu-west-1"
    endpoint_url = "http://localhost:9000/"
    path_style = false
    [source]
    prefix = "s3://archive"
    access = "earthdata"
    credentials_url = "https://data.example/s3credentials"
    region = "us-west-2"
    endpoint_url = "https://s3.example"
    path_style = true
    requester_pays = true
    user_agent = "me"
    max_rps = 7
  )");
  ASSERT_TRUE(file) << to_error("", file.error()).text();
  EXPECT_EQ(file->store.url, "s3://stores/rain/");
  EXPECT_EQ(file->store.access.region, "eu-west-1");
  EXPECT_EQ(file->store.access.endpoint_url, "http://localhost:9000");
  EXPECT_EQ(file->store.access.path_style, false);
  EXPECT_EQ(file->source.prefix, "s3://archive/");
  StoreAccess access;
  access.kind = AccessKind::earthdata;
  access.credentials_url = "https://data.example/s3credentials";
  access.region = "us-west-2";
  access.endpoint_url = "https://s3.example";
  access.path_style = true;
  access.requester_pays = true;
  access.user_agent = "me";
  access.max_requests_per_s = 7;
  EXPECT_EQ(file->source.access, access);
  EXPECT_EQ(parse("source.prefix = 's3://archive/'")->source.access, StoreAccess());
}

TEST(Access, KindsGoWithTheirSchemes) {
  const auto kind = [](const std::string& prefix, const std::string& word) {
    const auto file = parse("[source]\nprefix = '" + prefix + "'\naccess = '" + word + "'");
    return file ? std::optional(file->source.access.kind) : std::nullopt;
  };
  EXPECT_EQ(kind("archive", "anonymous"), AccessKind::anonymous);
  EXPECT_EQ(kind("s3://b/", "anonymous"), AccessKind::anonymous);
  EXPECT_EQ(kind("s3://b/", "iam"), AccessKind::iam);
  EXPECT_EQ(kind("https://h/", "anonymous"), AccessKind::anonymous);
  EXPECT_EQ(kind("http://h/", "anonymous"), AccessKind::anonymous);
  EXPECT_EQ(kind("https://h/", "http-basic"), AccessKind::http_basic);
  EXPECT_EQ(kind("https://h/", "bearer"), AccessKind::bearer);
  EXPECT_EQ(kind("https://h/", "earthdata"), AccessKind::earthdata);
  EXPECT_EQ(kind("http://localhost:8080/", "bearer"), AccessKind::bearer);
  EXPECT_EQ(kind("http://h/", "bearer"), std::nullopt);  // in the clear
  EXPECT_EQ(kind("archive", "iam"), std::nullopt);
  EXPECT_EQ(kind("s3://b/", "bearer"), std::nullopt);
  EXPECT_EQ(kind("s3://b/", "earthdata"), std::nullopt);  // without credentials_url
  EXPECT_EQ(kind("https://h/", "iam"), std::nullopt);
  EXPECT_EQ(findings("[source]\nprefix = 'https://h/'\naccess = 'iam'"),
            "source.access: 'iam' makes no sense for http; expected anonymous, earthdata, http-basic, bearer\n");
}

TEST(Access, WordsThatMakeNoSenseAreFindings) {
  EXPECT_EQ(findings("[source]\nprefix = 'https://h/'\nrequester_pays = true\nregion = 'x'\npath_style = true"),
            "source.requester_pays: it makes no sense for http\nsource.region: it makes no sense for http\n"
            "source.path_style: it makes no sense for http\n");
  EXPECT_EQ(findings("[source]\nprefix = 'archive'\nmax_rps = 3\nuser_agent = 'me'\n"),
            "source.max_rps: it makes no sense for a local place\n"
            "source.user_agent: it makes no sense for a local place\n");
  EXPECT_EQ(findings("[store]\nurl = 'here'\nendpoint_url = 'http://h'\n[source]\nprefix = 'archive'"),
            "store.endpoint_url: it makes no sense for a local place\n");
  EXPECT_EQ(findings("[source]\nprefix = 's3://b/'\naccess = 'earthdata'"),
            "source.credentials_url: it is required with access = \"earthdata\" on s3\n");
  EXPECT_EQ(findings("[source]\nprefix = 's3://b/'\ncredentials_url = 'https://h/c'"),
            "source.credentials_url: it makes no sense but with access = \"earthdata\" on s3\n");
  EXPECT_EQ(findings("[source]\nprefix = 's3://b/'\nmax_rps = 0\nregion = 'eu.evil'\nuser_agent = \"a\\nb\""),
            "source.max_rps: found 0, expected at least 1\n"
            "source.region: found 'eu.evil', expected the name of a region\n"
            "source.user_agent: the value of the header User-Agent holds a line break or NUL\n");
}

TEST(Access, RefusesStoresThatNobodyCanWrite) {
  EXPECT_NE(findings("store.url = 'https://h/x'\nsource.prefix = 'a'").find("store.url: a repository cannot"),
            std::string::npos);
  EXPECT_NE(findings("store.url = 's3://bucket'\nsource.prefix = 'a'").find("store.url: found a bucket alone"),
            std::string::npos);
}

// Each place of a URL in which people put secrets.
TEST(Access, RefusesSecretsInUrlsAndDoesNotRepeatThem) {
  const char* urls[] = {"https://CANARY@h/x/",
                        "https://user:CANARY@h/x/",
                        "https://h/x/?X-Amz-Signature=CANARY",
                        "https://h/x/#CANARY",
                        "s3://CANARY:CANARY@bucket/x/",
                        "s3://bucket/x?versionId=CANARY",
                        "gopher://CANARY@h/x",
                        "file://CANARY@/x"};
  const auto refused = [](const std::string& text) {
    const std::string found = findings(text);
    EXPECT_FALSE(found.empty()) << text;
    EXPECT_EQ(found.find("CANARY"), std::string::npos) << found;
  };
  for (const std::string url : urls) {
    SCOPED_TRACE(url);
    EXPECT_FALSE(check_location(url));
    refused("source.prefix = '" + url + "'");
    refused("store.url = '" + url + "'\nsource.prefix = 'a'");
    refused("[source]\nprefix = 's3://b/'\nendpoint_url = '" + url + "'");
    refused("[source]\nprefix = 's3://b/'\naccess = 'earthdata'\ncredentials_url = '" + url + "'");
  }
  EXPECT_TRUE(check_location("/plain/path/a@b?c#d"));
  EXPECT_TRUE(check_location("s3://bucket/a@b"));
}

TEST(Access, SpellsUrlsAsThoseOfObjects) {
  const auto prefix = [](const std::string& url) {
    const auto file = parse("source.prefix = '" + url + "'");
    return file ? file->source.prefix : findings("source.prefix = '" + url + "'");
  };
  EXPECT_EQ(prefix("s3://bucket/my folder/é%41"), "s3://bucket/my%20folder/%C3%A9A/");
  EXPECT_EQ(prefix("https://HOST:443/a%2Fb"), "https://host/a%2Fb/");
  EXPECT_EQ(prefix("https://h/my folder/").find("source.prefix: "), 0U);
  EXPECT_EQ(prefix("s3:///x").find("source.prefix: found the bucket ''"), 0U);
  EXPECT_EQ(prefix("s3://b!cket/x").find("source.prefix: found the bucket 'b!cket'"), 0U);
  EXPECT_EQ(prefix("s3://bucket/100%").find("source.prefix: "), 0U);
}

}  // namespace
}  // namespace vdp::dataset
