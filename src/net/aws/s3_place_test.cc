#include "net/aws/s3_place.h"

#include <gtest/gtest.h>

#include "net/aws/scripted_surroundings.h"

namespace vdp::aws {
namespace {

Result<S3Place> find(ScriptedSurroundings around, const S3Settings& settings = {},
                     const std::string& bucket = "bucket") {
  return find_s3_place(bucket, settings, around.environment(), around.reader());
}

TEST(S3Place, IsAmazonsWithoutSettings) {
  const auto place = find({});
  ASSERT_TRUE(place) << place.error().text();
  EXPECT_EQ(*place, (S3Place{"us-east-1", std::nullopt, false}));
  EXPECT_TRUE(find({}, {}, "a.bucket")->path_style);
  EXPECT_FALSE(find({}, {"", "", false}, "a.bucket")->path_style);
}

TEST(S3Place, FollowsTheEnvironment) {
  ScriptedSurroundings around;
  around.variables = {{"HOME", "/home/me"}, {"AWS_ENDPOINT_URL", "https://all.example"}};
  around.files = {{"/home/me/.aws/config", "[default]\nregion = eu-west-1\n"}};
  EXPECT_EQ(find(around)->region, "eu-west-1");
  EXPECT_EQ(find(around)->endpoint->text(), "https://all.example/");
  EXPECT_TRUE(find(around)->path_style);
  around.variables["AWS_REGION"] = "eu-west-2";
  around.variables["AWS_ENDPOINT_URL_S3"] = "http://localhost:9000/";
  EXPECT_EQ(find(around)->region, "eu-west-2");
  EXPECT_EQ(find(around)->endpoint->origin(), "http://localhost:9000");
}

TEST(S3Place, PrefersItsSettings) {
  ScriptedSurroundings around;
  around.variables = {{"AWS_REGION", "eu-west-2"}, {"AWS_ENDPOINT_URL_S3", "http://localhost:9000"}};
  const auto place = find(around, {"us-west-2", "https://minio.example:9443", false});
  ASSERT_TRUE(place) << place.error().text();
  EXPECT_EQ(place->region, "us-west-2");
  EXPECT_EQ(place->endpoint->origin(), "https://minio.example:9443");
  EXPECT_FALSE(place->path_style);
}

TEST(S3Place, RefusesWhatIsNoPlaceAndDoesNotRepeatIt) {
  for (const char* endpoint : {"localhost:9000", "ftp://host", "https://CANARY:CANARY@host", "https://host/CANARY",
                               "https://host?CANARY", "https://host/#CANARY", "https://CANARY@host"}) {
    const auto place = find({}, {.region = "", .endpoint_url = endpoint, .path_style = {}});
    ASSERT_FALSE(place) << endpoint;
    EXPECT_EQ(place.error().kind, ErrorKind::invalid);
    EXPECT_EQ(place.error().text().find("CANARY"), std::string::npos) << place.error().text();
    ScriptedSurroundings around;
    around.variables = {{"AWS_ENDPOINT_URL", endpoint}};
    EXPECT_NE(find(around).error().text().find("AWS_ENDPOINT_URL"), std::string::npos);
  }
  // A region becomes a part of a host: it must not lead elsewhere.
  for (const char* region : {"eu.evil.example", "eu/", "eu@", "x\ny", "CANARY CANARY"}) {
    EXPECT_EQ(find({}, {.region = region, .endpoint_url = "", .path_style = {}}).error().kind, ErrorKind::invalid);
    ScriptedSurroundings around;
    around.variables = {{"AWS_REGION", region}};
    EXPECT_EQ(find(around).error().text().find("CANARY"), std::string::npos);
  }
}

}  // namespace
}  // namespace vdp::aws
