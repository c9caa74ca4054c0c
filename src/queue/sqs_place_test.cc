#include "queue/sqs_place.h"

#include <gtest/gtest.h>

#include "net/aws/scripted_surroundings.h"

namespace vdp {
namespace {

Result<aws::ServicePlace> find(const std::string& url, std::map<std::string, std::string> variables = {}) {
  aws::ScriptedSurroundings around;
  around.variables = std::move(variables);
  return find_queue_place(url, around.environment(), around.reader());
}

TEST(SqsPlace, IsTheHostOfTheUrl) {
  const auto place = find("https://sqs.eu-west-1.amazonaws.com/123456789012/granules").value();
  EXPECT_EQ(place.region, "eu-west-1");
  EXPECT_EQ(place.endpoint.text(), "https://sqs.eu-west-1.amazonaws.com/");
}

TEST(SqsPlace, ReadsTheRegionOfAmazonsHosts) {
  const std::map<std::string, std::string> expected = {{"sqs.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
                                                       {"sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"},
                                                       {"sqs-fips.us-west-2.amazonaws.com", "us-west-2"},
                                                       {"vpce-0a-1b.sqs.eu-west-3.vpce.amazonaws.com", "eu-west-3"},
                                                       {"ap-south-1.queue.amazonaws.com", "ap-south-1"},
                                                       {"queue.amazonaws.com", "us-east-1"},
                                                       {"sqs.eu-north-1.example.com", "xx-test-1"},
                                                       {"localhost", "xx-test-1"}};
  for (const auto& [host, region] : expected) {
    EXPECT_EQ(find("https://" + host + "/1/q", {{"AWS_REGION", "xx-test-1"}})->region, region) << host;
  }
}

TEST(SqsPlace, IsWhatTheEnvironmentNames) {
  const std::string url = "https://sqs.eu-west-1.amazonaws.com/123456789012/granules";
  const auto named = find(url, {{"AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9324"}, {"AWS_ENDPOINT_URL", "http://x"}});
  EXPECT_EQ(named->endpoint.text(), "http://127.0.0.1:9324/");
  EXPECT_EQ(named->region, "eu-west-1");
  EXPECT_EQ(find(url, {{"AWS_ENDPOINT_URL", "http://x:1"}})->endpoint.text(), "http://x:1/");
  EXPECT_EQ(find(url, {{"AWS_ENDPOINT_URL_SQS", "nonsense"}}).error().kind, ErrorKind::invalid);
}

TEST(SqsPlace, RefusesOtherUrls) {
  for (const char* url :
       {"https://sqs.eu-west-1.amazonaws.com/", "https://sqs.eu-west-1.amazonaws.com/name", "https://h/1/name/",
        "https://h/1/name?x=CANARY", "https://user:CANARY@h/1/name", "https://", "http://h:99999/1/q"}) {
    const auto place = find(url);
    ASSERT_FALSE(place) << url;
    EXPECT_EQ(place.error().kind, ErrorKind::invalid) << url;
    EXPECT_EQ(place.error().text().find("CANARY"), std::string::npos) << place.error().text();
  }
  EXPECT_EQ(find("https://h/1/name.fifo").error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace vdp
