// Where credentials come from, each place by itself: environment, container, instance, web identity.
#include <gtest/gtest.h>

#include "base/timestamp.h"
#include "net/aws/container_credentials.h"
#include "net/aws/credential_answer.h"
#include "net/aws/environment_credentials.h"
#include "net/aws/instance_metadata.h"
#include "net/aws/scripted_surroundings.h"
#include "net/aws/web_identity.h"

namespace vdp::aws {
namespace {

const std::string json = R"({"Code":"Success","AccessKeyId":"AKID","SecretAccessKey":"skey","Token":"stoken",)"
                         R"("Expiration":"2026-11-22T17:30:00Z"})";
constexpr TimestampUs json_expiration_us = 1'795'368'600'000'000;

const std::string xml =
    "<?xml version=\"1.0\"?>\n<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
    "  <AssumeRoleWithWebIdentityResult>\n    <SubjectFromWebIdentityToken>a</SubjectFromWebIdentityToken>\n"
    "    <Credentials><SessionToken>stoken&amp;x</SessionToken><SecretAccessKey>skey</SecretAccessKey>\n"
    "      <Expiration>2026-11-22T17:30:00Z</Expiration><AccessKeyId>AKID</AccessKeyId></Credentials>\n"
    "  </AssumeRoleWithWebIdentityResult>\n"
    "  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\n</AssumeRoleWithWebIdentityResponse>\n";

ErrorKind kind_of(const Result<Credentials>& credentials) {
  EXPECT_FALSE(credentials);
  return credentials ? ErrorKind::internal : credentials.error().kind;
}

// ---- environment ----

TEST(EnvironmentCredentials, AreThoseOfTheVariables) {
  ScriptedSurroundings around;
  EnvironmentCredentials provider(around.environment());
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found);
  around.variables = {{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "skey"}};
  const auto user = provider.get();
  ASSERT_TRUE(user);
  EXPECT_EQ(user->access_key_id, "AKID");
  EXPECT_EQ(user->secret_access_key.reveal(), "skey");
  EXPECT_FALSE(user->session_token);
  EXPECT_FALSE(user->expires_us);
  around.variables["AWS_SESSION_TOKEN"] = "stoken";
  EXPECT_EQ(provider.get()->session_token->reveal(), "stoken");
}

TEST(EnvironmentCredentials, AreWholeOrAnError) {
  ScriptedSurroundings around;
  EnvironmentCredentials provider(around.environment());
  around.variables = {{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", ""}};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  around.variables = {{"AWS_SECRET_ACCESS_KEY", "skey"}};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  around.variables = {{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "skey\n"}};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
}

// ---- the JSON of containers and instances ----

TEST(CredentialAnswer, IsReadWhole) {
  const auto credentials = parse_credential_answer(json);
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->secret_access_key.reveal(), "skey");
  EXPECT_EQ(credentials->session_token->reveal(), "stoken");
  EXPECT_EQ(credentials->expires_us, json_expiration_us);
}

TEST(CredentialAnswer, RefusesAllElse) {
  for (const char* bad :
       {"", "null", "[]", "{}", "{\"AccessKeyId\":", R"({"AccessKeyId":"A"})",
        R"({"AccessKeyId":1,"SecretAccessKey":"s"})", R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":""})",
        R"({"AccessKeyId":"A","SecretAccessKey":"s","Token":null})",
        R"({"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"})",
        R"({"AccessKeyId":"A","SecretAccessKey":"s","Expiration":5})", R"({"AccessKeyId":"A b","SecretAccessKey":"s"})",
        R"({"AccessKeyId":"A","SecretAccessKey":"s\n"})"}) {
    EXPECT_EQ(kind_of(parse_credential_answer(bad)), ErrorKind::corrupt) << bad;
  }
  const auto refused = parse_credential_answer(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"m"})");
  EXPECT_EQ(kind_of(refused), ErrorKind::denied);
  EXPECT_NE(refused.error().message.find("AssumeRoleUnauthorizedAccess"), std::string::npos);
  EXPECT_EQ(kind_of(parse_credential_answer(std::string(1 << 16, '['))), ErrorKind::corrupt);
}

TEST(Expiration, IsReadToTheSecond) {
  EXPECT_EQ(parse_timestamp("2026-11-22T17:30:00Z"), json_expiration_us);
  EXPECT_EQ(parse_timestamp("2026-11-22T17:30:00.999Z"), json_expiration_us);
  EXPECT_EQ(parse_timestamp("2026-11-22T17:30:00+00:00"), json_expiration_us);
  EXPECT_EQ(parse_timestamp("2026-11-22 17:30:00+00:00"), json_expiration_us);
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01Z"), 1'000'000);
  for (const char* bad :
       {"", "2026", "2026-11-22", "2026-11-22T17:30:00", "2026-11-22T17:30:00.Z", "2026-02-30T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T17:60:00Z", "2026-11-22T17:30:00+01:00", "2026-11-22  17:30:00Z",
        "+026-11-22T17:30:00Z", "2026-11-22T17:30:00Zx"}) {
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
  }
}

// ---- container ----

TEST(ContainerCredentials, AskTheHostOfTheTask) {
  ScriptedSurroundings around;
  ContainerCredentials provider(around.environment(), around.reader(), around.sender());
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found);
  around.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1?a=b";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around.answers["GET http://169.254.170.2/v2/credentials/1?a=b"] = {200, json};
  const auto credentials = provider.get();
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->expires_us, json_expiration_us);
}

TEST(ContainerCredentials, ReadTheTokenAnewEachTime) {
  ScriptedSurroundings around;
  ContainerCredentials provider(around.environment(), around.reader(), around.sender());
  around.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "plain"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}};
  around.answers["GET http://169.254.170.23/v1/credentials"] = {200, json};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);  // the file is not there
  EXPECT_TRUE(around.asked.empty());
  around.files["/token"] = "first\n";
  ASSERT_TRUE(provider.get());
  EXPECT_NE(around.asked.back().headers.find("Authorization: first\n"), std::string::npos);
  around.files["/token"] = "second";
  ASSERT_TRUE(provider.get());
  EXPECT_NE(around.asked.back().headers.find("Authorization: second\n"), std::string::npos);
  around.files["/token"] = "a\nb";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  around.variables.erase("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  ASSERT_TRUE(provider.get());
  EXPECT_NE(around.asked.back().headers.find("Authorization: plain\n"), std::string::npos);
}

TEST(ContainerCredentials, AskNobodyElseInTheClear) {
  ScriptedSurroundings around;
  ContainerCredentials provider(around.environment(), around.reader(), around.sender());
  const auto kind_for = [&](const std::string& url) {
    around.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    return kind_of(provider.get());
  };
  for (const char* fine :
       {"https://example.com/c", "http://localhost:80/c", "http://127.0.0.1:9/c", "http://127.3.2.1/", "http://[::1]/c",
        "http://[fd00:ec2::23]/c", "http://169.254.170.2/c"}) {
    EXPECT_EQ(kind_for(fine), ErrorKind::transient) << fine;
  }
  const std::size_t asked = around.asked.size();
  for (const char* bad : {"http://example.com/c", "http://127.0.0.1.example.com/", "http://127.0.0.example/",
                          "http://169.254.169.254/", "http://10.0.0.1/", "http://[::2]/"}) {
    EXPECT_EQ(kind_for(bad), ErrorKind::denied) << bad;
  }
  for (const char* bad : {"ftp://localhost/", "/relative", "http://user:pass@localhost/"}) {
    EXPECT_EQ(kind_for(bad), ErrorKind::invalid) << bad;
  }
  around.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = ".example.com/";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  EXPECT_EQ(around.asked.size(), asked);
}

TEST(ContainerCredentials, SayWhatMayPass) {
  ScriptedSurroundings around;
  around.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  ContainerCredentials provider(around.environment(), around.reader(), around.sender());
  const auto kind_for = [&](int status) {
    around.answers["GET http://169.254.170.2/c"] = {status, "x"};
    return kind_of(provider.get());
  };
  EXPECT_EQ(kind_for(500), ErrorKind::transient);
  EXPECT_EQ(kind_for(429), ErrorKind::transient);
  EXPECT_EQ(kind_for(404), ErrorKind::denied);
  EXPECT_EQ(kind_for(302), ErrorKind::denied);
  EXPECT_EQ(kind_for(200), ErrorKind::corrupt);
}

// ---- instance ----

const std::string service = "http://169.254.169.254/latest/";
const std::string roles = service + "meta-data/iam/security-credentials/";

ScriptedSurroundings instance() {
  ScriptedSurroundings around;
  around.answers = {{"PUT " + service + "api/token", {200, "itoken"}},
                    {"GET " + roles, {200, "my-role"}},
                    {"GET " + roles + "my-role", {200, json}}};
  return around;
}

TEST(InstanceMetadata, AsksWithASessionToken) {
  ScriptedSurroundings around = instance();
  InstanceMetadata provider(around.environment(), around.sender());
  const auto credentials = provider.get();
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->access_key_id, "AKID");
  ASSERT_EQ(around.asked.size(), 3U);
  EXPECT_EQ(around.asked[0].headers, "X-aws-ec2-metadata-token-ttl-seconds: 21600\n");
  EXPECT_EQ(around.asked[1].headers, "X-aws-ec2-metadata-token: itoken\n");
  EXPECT_EQ(around.asked[2].headers, "X-aws-ec2-metadata-token: itoken\n");
}

TEST(InstanceMetadata, IsNotThereWhereNothingAnswers) {
  ScriptedSurroundings around;
  InstanceMetadata provider(around.environment(), around.sender());
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found);
  around = instance();
  for (const int status : {403, 404, 405}) {
    around.answers["PUT " + service + "api/token"].status = status;
    EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found) << status;
  }
  around = instance();
  around.answers["GET " + roles].status = 404;
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found);
  around = instance();
  around.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found);
  EXPECT_EQ(around.asked.size(), 0U);
}

TEST(InstanceMetadata, SaysWhatIsWrongOnceItIsThere) {
  ScriptedSurroundings around = instance();
  InstanceMetadata provider(around.environment(), around.sender());
  for (const char* name : {"", "../../user-data", "a b", "a/b", "a?b"}) {
    around.answers["GET " + roles].body = name;
    EXPECT_EQ(kind_of(provider.get()), ErrorKind::corrupt) << name;
  }
  around = instance();
  around.answers["GET " + roles].status = 503;
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around = instance();
  around.answers["GET " + roles + "my-role"].status = 401;
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::denied);
  around = instance();
  around.answers.erase("GET " + roles + "my-role");
  around.failure_kind = ErrorKind::not_found;  // of a name, in some client
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around = instance();
  around.answers["PUT " + service + "api/token"].body = "a\r\nb: c";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::corrupt);
}

TEST(InstanceMetadata, MayBeElsewhere) {
  ScriptedSurroundings around;
  around.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:5000/";
  around.answers["PUT http://127.0.0.1:5000/latest/api/token"] = {500, ""};
  InstanceMetadata provider(around.environment(), around.sender());
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "127.0.0.1";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
}

// ---- web identity ----

ScriptedSurroundings pod() {
  ScriptedSurroundings around;
  around.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/jwt"},
                      {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r"},
                      {"AWS_REGION", "eu-west-1"}};
  around.files["/jwt"] = "a.b.c\n";
  around.answers["POST https://sts.eu-west-1.amazonaws.com/"] = {200, xml};
  return around;
}

TEST(WebIdentity, TakesTheRole) {
  ScriptedSurroundings around = pod();
  WebIdentity provider(around.environment(), around.reader(), around.sender());
  const auto credentials = provider.get();
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->secret_access_key.reveal(), "skey");
  EXPECT_EQ(credentials->session_token->reveal(), "stoken&x");
  EXPECT_EQ(credentials->expires_us, json_expiration_us);
  EXPECT_EQ(around.asked.at(0).body,
            "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=vdp"
            "&Version=2011-06-15&WebIdentityToken=a.b.c");
}

TEST(WebIdentity, AsksTheStsOfTheRegion) {
  ScriptedSurroundings around;
  const auto endpoint = [&] { return sts_endpoint(around.environment())->text(); };
  EXPECT_EQ(endpoint(), "https://sts.amazonaws.com/");
  around.variables["AWS_DEFAULT_REGION"] = "us-east-2";
  EXPECT_EQ(endpoint(), "https://sts.us-east-2.amazonaws.com/");
  around.variables["AWS_REGION"] = "cn-north-1";
  EXPECT_EQ(endpoint(), "https://sts.cn-north-1.amazonaws.com.cn/");
  around.variables["AWS_REGION"] = "evil.example.com/";
  EXPECT_FALSE(sts_endpoint(around.environment()));
  around.variables["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:5000";
  EXPECT_EQ(endpoint(), "http://127.0.0.1:5000/");
}

TEST(WebIdentity, SaysWhyThereIsNone) {
  ScriptedSurroundings around = pod();
  WebIdentity provider(around.environment(), around.reader(), around.sender());
  const std::string sts = "POST https://sts.eu-west-1.amazonaws.com/";
  around.answers[sts] = {400, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::denied);
  EXPECT_NE(provider.get().error().message.find("ExpiredToken"), std::string::npos);
  around.answers[sts] = {400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around.answers[sts] = {503, "oops"};
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around.answers.erase(sts);
  around.failure_kind = ErrorKind::outcome_unknown;  // asking again is safe here
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::transient);
  around.files["/jwt"] = "\n";
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  around.files.clear();
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  around.variables.erase("AWS_ROLE_ARN");
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::invalid);
  around.variables.clear();
  EXPECT_EQ(kind_of(provider.get()), ErrorKind::not_found);
}

TEST(WebIdentity, TakesNothingButAWholeAnswer) {
  EXPECT_TRUE(parse_assumed_role(xml));
  // Without any one of its lines of markup or fields, and with any of them cut short, it is no answer.
  for (std::size_t size = 0; size + 2 < xml.size(); ++size) {
    EXPECT_FALSE(parse_assumed_role(std::string_view(xml).substr(0, size))) << size;
  }
  for (const char* field : {"SessionToken", "SecretAccessKey", "Expiration", "AccessKeyId"}) {
    std::string renamed = xml;
    for (std::size_t at; (at = renamed.find(field)) != renamed.npos;) renamed.replace(at, 3, "Oth");
    EXPECT_EQ(kind_of(parse_assumed_role(renamed)), ErrorKind::corrupt) << field;
  }
  std::string twice = xml;
  twice.insert(twice.find("<AccessKeyId>"), "<AccessKeyId>OTHER</AccessKeyId>");
  EXPECT_EQ(kind_of(parse_assumed_role(twice)), ErrorKind::corrupt);
}

}  // namespace
}  // namespace vdp::aws
