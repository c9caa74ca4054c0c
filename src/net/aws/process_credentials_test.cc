#include "net/aws/process_credentials.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/aws/scripted_surroundings.h"

namespace vdp::aws {
namespace {

const std::string endpoint = "https://archive.example/s3credentials";
const std::string keys = R"({"accessKeyId":"AKID","secretAccessKey":"skey","sessionToken":"stoken",)"
                         R"("expiration":"2996-11-22 18:00:00+00:00"})";

/// `named` gets the endpoints that each sender is made for.
CredentialProviders providers_of(ScriptedSurroundings& around, std::vector<std::vector<Url>>& named) {
  return CredentialProviders(
      around.environment(), around.reader(),
      [&](const std::vector<Url>& endpoints) {
        named.push_back(endpoints);
        return around.sender();
      },
      system_clock(), system_random());
}

TEST(ProcessCredentials, AreSharedByAllWhoAskForTheSame) {
  ScriptedSurroundings around;
  around.variables = {{"EARTHDATA_TOKEN", "token"}, {"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}};
  around.answers = {{"GET " + endpoint, {200, keys}}};
  std::vector<std::vector<Url>> named;
  CredentialProviders providers = providers_of(around, named);
  EXPECT_EQ(providers.chain(), providers.chain());
  EXPECT_EQ(providers.chain()->get()->access_key_id, "A");
  const auto archive = providers.earthdata(endpoint);
  ASSERT_TRUE(archive);
  EXPECT_EQ(*archive, *providers.earthdata(endpoint));
  EXPECT_NE(*archive, *providers.earthdata("https://other.example/s3credentials"));
  EXPECT_NE(*archive, providers.chain());
  EXPECT_EQ((*archive)->get()->access_key_id, "AKID");
  EXPECT_EQ((*archive)->get()->access_key_id, "AKID");
  EXPECT_EQ(around.asked.size(), 1U);
  // Each sender may reach what it is for, and nothing else that is not public.
  ASSERT_EQ(named.size(), 3U);
  EXPECT_EQ(named[0].at(0).host, "169.254.169.254");
  EXPECT_EQ(named[1], std::vector{*parse_url(endpoint)});
  EXPECT_EQ(providers.earthdata("x?CANARY").error().kind, ErrorKind::invalid);
  EXPECT_EQ(providers.earthdata("x?CANARY").error().text().find("CANARY"), std::string::npos);
}

TEST(ProcessCredentials, FetchTheLoginOfASecretOnceForAllArchives) {
  const std::string secrets_manager = "POST http://127.0.0.1:5000/";
  ScriptedSurroundings around;
  around.variables = {{"EARTHDATA_SECRET_ARN", "arn:aws:secretsmanager:us-west-2:1:secret:name"},
                      {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:5000"},
                      {"AWS_ACCESS_KEY_ID", "A"},
                      {"AWS_SECRET_ACCESS_KEY", "S"}};
  around.answers = {{"GET " + endpoint, {200, keys}},
                    {"GET https://other.example/s3credentials", {200, keys}},
                    {secrets_manager, {200, R"({"SecretString":"{\"token\":\"t\"}"})"}}};
  std::vector<std::vector<Url>> named;
  CredentialProviders providers = providers_of(around, named);
  for (const std::string& archive : {endpoint, std::string("https://other.example/s3credentials")}) {
    const auto keys_of = (*providers.earthdata(archive))->get();
    ASSERT_TRUE(keys_of) << keys_of.error().text();
    EXPECT_EQ(around.asked.back().headers, "Authorization: Bearer t\n");
  }
  EXPECT_EQ(std::ranges::count(around.asked, secrets_manager, &ScriptedSurroundings::Asked::line), 1);
  EXPECT_EQ(std::ranges::count(named, std::vector{*parse_url("http://127.0.0.1:5000/")}), 1)
      << "the endpoint that was named may be asked, by who asks for the secret";
}

}  // namespace
}  // namespace vdp::aws
