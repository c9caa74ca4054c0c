#include "net/aws/earthdata_login.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "net/aws/earthdata_credentials.h"
#include "net/aws/environment_credentials.h"
#include "net/aws/scripted_surroundings.h"
#include "net/aws/secrets_manager.h"

namespace vdp::aws {
namespace {

const std::string arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:earthdata-a1b2c3";
const std::string secrets_manager = "POST https://secretsmanager.us-west-2.amazonaws.com/";
constexpr std::int64_t minute_us = 60'000'000;

TEST(SecretsManager, KnowsTheRegionOfAnArn) {
  EXPECT_EQ(secret_region(arn).value(), "us-west-2");
  EXPECT_EQ(secret_region("arn:aws-cn:secretsmanager:cn-north-1:1:secret:a:b").value(), "cn-north-1");
  for (const char* bad : {"", "CANARY", "arn:aws:s3:us-west-2:1:secret:CANARY", "arn:aws:secretsmanager::1:secret:x",
                          "arn:aws:secretsmanager:us-west-2:1:secret:", "arn:aws:secretsmanager:us-west-2:1:CANARY:x",
                          "arn:aws:secretsmanager:evil.example/:1:secret:CANARY", "{\"password\":\"CANARY\"}"}) {
    const auto region = secret_region(bad);
    ASSERT_FALSE(region) << bad;
    EXPECT_EQ(region.error().kind, ErrorKind::invalid);
    EXPECT_EQ(region.error().text().find("CANARY"), std::string::npos);
  }
}

class EarthdataLoginTest : public testing::Test {
 protected:
  void SetUp() override {
    around_.variables = {{"EARTHDATA_SECRET_ARN", arn}, {"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "K"}};
    set_secret(R"({"username":"user","password":"CANARY"})");
  }

  void set_secret(const std::string& text, const std::string& field = "SecretString") {
    around_.answers[secrets_manager] = {200, Json{{"Name", "x"}, {field, text}}.dump()};
  }

  EarthdataSecretPtr make() {
    return std::make_shared<EarthdataSecret>(
        around_.environment(),
        [this](const std::string& wanted) -> Result<Secret> {
          VDP_ASSIGN(const ServicePlace place, secrets_manager_place(wanted, around_.environment(), around_.reader()));
          return get_secret_text(wanted, place, std::make_shared<EnvironmentCredentials>(around_.environment()),
                                 around_.sender(), clock_);
        },
        clock_);
  }

  Error error() {
    const auto login = make()->get();
    EXPECT_FALSE(login);
    if (login) return {};
    EXPECT_EQ(login.error().text().find("CANARY"), std::string::npos) << login.error().text();
    return login.error();
  }

  ScriptedSurroundings around_;
  ManualClock clock_{1'700'000'000'000'000};
};

TEST_F(EarthdataLoginTest, IsTheSecretsUserAndPassword) {
  for (const char* text : {R"({"username":"user","password":"CANARY"})",
                           R"({"EARTHDATA_USERNAME":"user","EARTHDATA_PASSWORD":"CANARY"})"}) {
    set_secret(text);
    const auto login = make()->get();
    ASSERT_TRUE(login) << login.error().text();
    ASSERT_TRUE((*login)->user);
    EXPECT_EQ((*login)->user->user.reveal(), "user");
    EXPECT_EQ((*login)->user->password.reveal(), "CANARY");
    EXPECT_FALSE((*login)->token);
  }
  const auto& asked = around_.asked.back();
  EXPECT_EQ(asked.line, secrets_manager);
  EXPECT_EQ(asked.body, Json({{"SecretId", arn}}).dump());
  EXPECT_NE(asked.headers.find("X-Amz-Target: secretsmanager.GetSecretValue"), std::string::npos) << asked.headers;
  EXPECT_NE(asked.headers.find("application/x-amz-json-1.1"), std::string::npos);
  EXPECT_NE(asked.headers.find("/us-west-2/secretsmanager/aws4_request"), std::string::npos);
}

TEST_F(EarthdataLoginTest, IsTheSecretsToken) {
  set_secret(R"({"token":"CANARY"})");
  EXPECT_EQ(make()->get().value()->token->reveal(), "CANARY");
}

TEST_F(EarthdataLoginTest, IsNothingWithoutTheVariable) {
  around_.variables.erase("EARTHDATA_SECRET_ARN");
  EXPECT_FALSE(make()->get().value());
  EXPECT_TRUE(around_.asked.empty());
}

TEST_F(EarthdataLoginTest, IsFetchedOnceAnHour) {
  const auto secret = make();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(secret->get());
  EXPECT_EQ(around_.asked.size(), 1U);
  clock_.sleep_us(60 * minute_us);
  set_secret(R"({"username":"user","password":"another"})");
  EXPECT_EQ(secret->get().value()->user->password.reveal(), "another");
  EXPECT_EQ(around_.asked.size(), 2U);
}

TEST_F(EarthdataLoginTest, TheOldOneIsKeptWhileTheServiceIsAway) {
  const auto secret = make();
  ASSERT_TRUE(secret->get());
  clock_.sleep_us(60 * minute_us);
  around_.answers[secrets_manager] = {500, ""};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(secret->get().value()->user->password.reveal(), "CANARY");
  EXPECT_EQ(around_.asked.size(), 2U) << "not at each call";
  clock_.sleep_us(minute_us);
  around_.answers[secrets_manager] = {400, R"({"__type":"AccessDeniedException"})"};
  EXPECT_EQ(secret->get().error().kind, ErrorKind::denied);
}

TEST_F(EarthdataLoginTest, ForgettingFetchesAgainButNotWithoutEnd) {
  const auto secret = make();
  ASSERT_TRUE(secret->get());
  EXPECT_FALSE(secret->forget()) << "it is as new as can be";
  clock_.sleep_us(minute_us);
  EXPECT_TRUE(secret->forget());
  ASSERT_TRUE(secret->get());
  EXPECT_EQ(around_.asked.size(), 2U);
}

TEST_F(EarthdataLoginTest, ErrorsSayWhatIsWrongAndTellNothing) {
  for (const char* text : {"CANARY", "[\"CANARY\"]", "{}", R"({"username":"CANARY"})", R"({"password":"CANARY"})",
                           R"({"username":"","password":"CANARY"})", R"({"username":["CANARY"],"password":"CANARY"})",
                           R"({"token":{"CANARY":1}})", "{\"CANARY"}) {
    set_secret(text);
    EXPECT_EQ(error().kind, ErrorKind::corrupt) << text;
  }
  set_secret("CANARY", "SecretBinary");
  EXPECT_EQ(error().kind, ErrorKind::unsupported);
  around_.answers[secrets_manager] = {400, R"({"__type":"ResourceNotFoundException","Message":"CANARY"})"};
  EXPECT_EQ(error().kind, ErrorKind::not_found);
  EXPECT_NE(error().text().find("ResourceNotFoundException"), std::string::npos);
  EXPECT_NE(error().text().find("EARTHDATA_SECRET_ARN"), std::string::npos);
  around_.answers[secrets_manager] = {403, "CANARY"};
  EXPECT_EQ(error().kind, ErrorKind::denied);
  around_.answers.clear();
  EXPECT_EQ(error().kind, ErrorKind::transient);
  around_.variables["EARTHDATA_SECRET_ARN"] = "CANARY";
  EXPECT_EQ(error().kind, ErrorKind::invalid);
}

class EarthdataFromSecretTest : public EarthdataLoginTest {
 protected:
  Result<Credentials> ask(EarthdataSecretPtr secret) {
    return EarthdataCredentials(*parse_url(endpoint_), around_.environment(), around_.reader(), around_.sender(),
                                std::move(secret))
        .get();
  }

  std::string headers_of(const std::string& line) {
    std::string headers = "not asked";
    for (const auto& asked : around_.asked) {
      if (asked.line == line) headers = asked.headers;
    }
    return headers;
  }

  void script_login() {
    around_.answers["GET " + endpoint_] = {302, "", {{"Location", login_page_}}};
    around_.answers["GET " + login_page_] = {302, "", {{"Location", code_page_}}};
    around_.answers["GET " + code_page_] = {200, keys_};
  }

  const std::string endpoint_ = "https://archive.example/s3credentials";
  const std::string login_page_ = "https://urs.earthdata.nasa.gov/oauth/authorize?client_id=c";
  const std::string code_page_ = "https://archive.example/redirect?code=x";
  const std::string keys_ = R"({"accessKeyId":"AKID","secretAccessKey":"skey","sessionToken":"stoken",)"
                            R"("expiration":"2026-11-22 18:00:00+00:00"})";
};

TEST_F(EarthdataFromSecretTest, LogsInBeforeTheNetrcFileIsLookedAt) {
  script_login();
  around_.variables["HOME"] = "/me";
  around_.files = {{"/me/.netrc", "machine urs.earthdata.nasa.gov login other password other"}};
  const auto credentials = ask(make());
  ASSERT_TRUE(credentials) << credentials.error().text();
  // "user:CANARY"
  EXPECT_EQ(headers_of("GET " + login_page_), "Authorization: Basic dXNlcjpDQU5BUlk=\n");
}

TEST_F(EarthdataFromSecretTest, SendsItsTokenUnlessTheEnvironmentHasOne) {
  set_secret(R"({"token":"of-the-secret","username":"u","password":"p"})");
  around_.answers["GET " + endpoint_] = {200, keys_};
  ASSERT_TRUE(ask(make()));
  EXPECT_EQ(headers_of("GET " + endpoint_), "Authorization: Bearer of-the-secret\n");
  around_.variables["EARTHDATA_TOKEN"] = "of-the-environment";
  around_.asked.clear();
  ASSERT_TRUE(ask(make()));
  EXPECT_EQ(headers_of("GET " + endpoint_), "Authorization: Bearer of-the-environment\n");
  EXPECT_EQ(around_.asked.size(), 1U) << "the secret is not asked for";
}

TEST_F(EarthdataFromSecretTest, ARefusedLoginIsFetchedAgain) {
  script_login();
  const auto secret = make();
  ASSERT_TRUE(secret->get());
  clock_.sleep_us(2 * minute_us);
  set_secret(R"({"username":"user","password":"new"})");
  around_.answers["GET " + login_page_] = {401, "CANARY"};
  const auto credentials = ask(secret);
  ASSERT_FALSE(credentials);
  EXPECT_EQ(credentials.error().kind, ErrorKind::denied);
  EXPECT_NE(credentials.error().text().find("the login of EARTHDATA_SECRET_ARN"), std::string::npos)
      << credentials.error().text();
  EXPECT_EQ(headers_of("GET " + login_page_), "Authorization: Basic dXNlcjpuZXc=\n") << "tried with the new one";
  const std::size_t asked = around_.asked.size();
  EXPECT_FALSE(ask(secret));
  EXPECT_EQ(around_.asked.size(), asked + 2) << "once: neither the secret nor the login again";
}

TEST_F(EarthdataFromSecretTest, ASecretThatCannotBeReadIsNotPassedOver) {
  script_login();
  around_.variables["HOME"] = "/me";
  around_.files = {{"/me/.netrc", "machine urs.earthdata.nasa.gov login other password other"}};
  around_.answers[secrets_manager] = {400, R"({"__type":"AccessDeniedException"})"};
  EXPECT_EQ(ask(make()).error().kind, ErrorKind::denied);
  EXPECT_EQ(headers_of("GET " + login_page_), "not asked");
}

}  // namespace
}  // namespace vdp::aws
