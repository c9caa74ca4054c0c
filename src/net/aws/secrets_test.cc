// No error tells a secret: every input holds a canary, every input is broken in turn, and no error text may have it.
#include <gtest/gtest.h>

#include <functional>

#include "net/aws/container_credentials.h"
#include "net/aws/credential_answer.h"
#include "net/aws/credential_chain.h"
#include "net/aws/earthdata_credentials.h"
#include "net/aws/environment_credentials.h"
#include "net/aws/instance_metadata.h"
#include "net/aws/scripted_surroundings.h"
#include "net/aws/secrets_manager.h"
#include "net/aws/shared_config.h"
#include "net/aws/sigv4.h"
#include "net/aws/web_identity.h"

namespace vdp::aws {
namespace {

const std::string canary = "CANARY";

/// Counts the errors that were seen, so that a test that drives none is seen too.
class Watch {
 public:
  template <typename T>
  void see(const Result<T>& result, const std::string& what) {
    if (result) {
      ++successes;
      return;
    }
    ++errors;
    EXPECT_EQ(result.error().text().find(canary), std::string::npos) << what << ": " << result.error().text();
    EXPECT_FALSE(result.error().message.empty()) << what;
  }
  int errors = 0;
  int successes = 0;
};

/// What an input is replaced by: a canary in the shape of everything that a parser looks for.
const std::vector<std::string> garbage = {
    "CANARY",
    "CANARY CANARY",
    "CANARY\nCANARY: CANARY",
    "CANARY\xff",
    "\nCANARY",
    "",
    " ",
    "\n",
    "{\"CANARY\"",
    "{\"CANARY\":1}",
    "{\"Code\":\"CANARY\",\"Message\":\"CANARY\"}",
    "{\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":\"CANARY \"}",
    "{\"AccessKeyId\":\"CANARY\",\"SecretAccessKey\":\"CANARY\",\"Expiration\":\"CANARY\"}",
    "<CANARY>",
    "<!CANARY>",
    "<a CANARY>",
    "<a>&CANARY;</a>",
    "<ErrorResponse><Error><Code>CANARY</Code><Message>CANARY</Message></Error></ErrorResponse>",
    "[default]\nCANARY\n",
    "[CANARY",
    "CANARY=CANARY",
    "[default]\naws_access_key_id=CANARY\n",
    "[default]\naws_access_key_id=CANARY\naws_access_key_id=CANARY\n",
    "[default]\naws_access_key_id=CANARY\naws_secret_access_key=CANARY CANARY\n",
    "[default]\nrole_arn=CANARY\n",
    "[default]\ncredential_process=CANARY\n",
    "http://user:CANARY@localhost/",
    "http://localhost/CANARY?CANARY",
    "https://CANARY:CANARY/",
    "http://169.254.170.2/%CANARY",
    "/CANARY",
    "/CANARY?x=CANARY#CANARY",
    std::string(2 << 20, 'x') + "CANARY",
    "CANARY" + std::string(40 << 10, 'x'),
    "arn:aws:secretsmanager:CANARY:CANARY:secret:CANARY",
    "{\"__type\":\"CANARY\",\"message\":\"CANARY\"}",
    "{\"__type\":\"AccessDeniedException:CANARY\",\"Message\":\"CANARY\"}",
    "{\"SecretString\":\"CANARY\"}",
    "{\"SecretString\":\"{\\\"CANARY\"}",
    "{\"SecretString\":\"{\\\"username\\\":\\\"CANARY:\\\",\\\"password\\\":\\\"CANARY\\\"}\"}",
    "{\"SecretString\":\"{\\\"token\\\":\\\"CANARY\\\\nCANARY\\\"}\"}",
    "{\"SecretBinary\":\"CANARY\"}",
};

const std::string json = R"({"Code":"Success","AccessKeyId":"AKID","SecretAccessKey":"CANARY","Token":"CANARY",)"
                         R"("Expiration":"2026-11-22T17:30:00Z"})";
const std::string xml =
    "<AssumeRoleWithWebIdentityResponse "
    "xmlns=\"CANARY\"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKID"
    "</AccessKeyId><SecretAccessKey>CANARY</SecretAccessKey><SessionToken>CANARY</SessionToken><Expiration>"
    "2026-11-22T17:30:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
    "</AssumeRoleWithWebIdentityResponse>";

using MakeProvider = std::function<CredentialProviderPtr(ScriptedSurroundings&)>;

/// One place that works, with a canary in all that it reads.
struct Scene {
  std::string name;
  ScriptedSurroundings around;
  MakeProvider make;
};

const std::string earthdata_json = R"({"accessKeyId":"AKID","secretAccessKey":"CANARY","sessionToken":"CANARY",)"
                                   R"("expiration":"2026-11-22 18:00:00+00:00"})";

CredentialProviderPtr make_earthdata(ScriptedSurroundings& around) {
  return std::make_shared<EarthdataCredentials>(*parse_url("https://archive.example/s3credentials"),
                                                around.environment(), around.reader(), around.sender());
}

/// Asks for the secret first, with keys of the environment.
CredentialProviderPtr make_earthdata_with_secret(ScriptedSurroundings& around) {
  const auto fetch = [&around](const std::string& arn) -> Result<Secret> {
    VDP_ASSIGN(const ServicePlace place, secrets_manager_place(arn, around.environment(), around.reader()));
    return get_secret_text(arn, place, std::make_shared<EnvironmentCredentials>(around.environment()), around.sender(),
                           system_clock());
  };
  return std::make_shared<EarthdataCredentials>(
      *parse_url("https://archive.example/s3credentials"), around.environment(), around.reader(), around.sender(),
      std::make_shared<EarthdataSecret>(around.environment(), fetch, system_clock()));
}

std::vector<Scene> scenes() {
  std::vector<Scene> all(9);
  all[0].name = "environment";
  all[0].around.variables = {
      {"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", canary}, {"AWS_SESSION_TOKEN", canary}};
  all[0].make = [](auto& around) { return std::make_shared<EnvironmentCredentials>(around.environment()); };

  all[1].name = "shared files";
  all[1].around.variables = {
      {"AWS_SHARED_CREDENTIALS_FILE", "/k"}, {"AWS_CONFIG_FILE", "/c"}, {"AWS_PROFILE", "default"}};
  all[1].around.files = {
      {"/k", "[default]\naws_access_key_id=AKID\naws_secret_access_key=CANARY\naws_session_token=CANARY\n"},
      {"/c", "[profile default]\nregion=eu-west-1\nother=CANARY\n"}};
  all[1].make = [](auto& around) { return std::make_shared<SharedConfig>(around.environment(), around.reader()); };

  all[2].name = "container";
  all[2].around.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/CANARY"},
                             {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"},
                             {"AWS_CONTAINER_AUTHORIZATION_TOKEN", canary}};
  all[2].around.files = {{"/t", canary}};
  all[2].around.answers = {{"GET http://localhost/CANARY", {200, json}}};
  all[2].make = [](auto& around) {
    return std::make_shared<ContainerCredentials>(around.environment(), around.reader(), around.sender());
  };

  const std::string roles = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
  all[3].name = "instance metadata";
  all[3].around.answers = {{"PUT http://169.254.169.254/latest/api/token", {200, canary}},
                           {"GET " + roles, {200, "role"}},
                           {"GET " + roles + "role", {200, json}}};
  all[3].make = [](auto& around) { return std::make_shared<InstanceMetadata>(around.environment(), around.sender()); };

  all[4].name = "web identity";
  all[4].around.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/jwt"},
                             {"AWS_ROLE_ARN", "CANARY"},
                             {"AWS_ROLE_SESSION_NAME", canary},
                             {"AWS_REGION", "eu-west-1"}};
  all[4].around.files = {{"/jwt", canary}};
  all[4].around.answers = {{"POST https://sts.eu-west-1.amazonaws.com/", {200, xml}}};
  all[4].make = [](auto& around) {
    return std::make_shared<WebIdentity>(around.environment(), around.reader(), around.sender());
  };

  all[5].name = "earthdata token";
  all[5].around.variables = {{"EARTHDATA_TOKEN", canary}};
  all[5].around.answers = {{"GET https://archive.example/s3credentials", {200, earthdata_json}}};
  all[5].make = make_earthdata;

  const std::string login = "https://urs.earthdata.nasa.gov/oauth/authorize?CANARY";
  all[6].name = "earthdata login";
  all[6].around.variables = {{"NETRC", "/netrc"}};
  all[6].around.files = {{"/netrc", "machine urs.earthdata.nasa.gov login user password CANARY"}};
  all[6].around.answers = {
      {"GET https://archive.example/s3credentials", {302, "", {{"Location", login}}}},
      {"GET " + login, {302, "", {{"Location", "https://archive.example/?CANARY"}, {"Set-Cookie", "a=CANARY"}}}},
      {"GET https://archive.example/?CANARY", {200, earthdata_json}}};
  all[6].make = make_earthdata;

  all[7].name = "earthdata login of a secret";
  all[7].around.variables = {{"EARTHDATA_SECRET_ARN", "arn:aws:secretsmanager:us-west-2:1:secret:name"},
                             {"AWS_ACCESS_KEY_ID", "AKID"},
                             {"AWS_SECRET_ACCESS_KEY", canary},
                             {"AWS_SESSION_TOKEN", canary}};
  all[7].around.answers = all[6].around.answers;
  all[7].around.answers["POST https://secretsmanager.us-west-2.amazonaws.com/"] = {
      200, R"({"SecretString":"{\"username\":\"CANARY\",\"password\":\"CANARY\"}","Name":"CANARY"})"};
  all[7].make = make_earthdata_with_secret;

  all[8].name = "earthdata token of a secret";
  all[8].around.variables = all[7].around.variables;
  all[8].around.variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://localhost:7";
  all[8].around.answers = all[5].around.answers;
  all[8].around.answers["POST http://localhost:7/"] = {200, R"({"SecretString":"{\"token\":\"CANARY\"}"})"};
  all[8].make = make_earthdata_with_secret;
  return all;
}

/// Every variable, file and answer, replaced by `text`.
void replace_each(const Scene& scene, const std::string& text, Watch& watch) {
  const auto drive = [&](ScriptedSurroundings around, const std::string& what) {
    watch.see(scene.make(around)->get(), scene.name + ", " + what);
    // The same place within the chain, whose error is made of those of all.
    watch.see(CredentialChain({{scene.name, scene.make(around)}}).get(), "chain, " + what);
    watch.see(configured_region(around.environment(), around.reader()), "region, " + what);
  };
  for (const auto& [name, value] : scene.around.variables) {
    ScriptedSurroundings around = scene.around;
    around.variables[name] = text;
    drive(around, name);
  }
  for (const auto& [name, value] : scene.around.files) {
    ScriptedSurroundings around = scene.around;
    around.files[name] = text;
    drive(around, name);
    around.files.erase(name);
    drive(around, name + " gone");
  }
  for (const auto& [name, value] : scene.around.answers) {
    ScriptedSurroundings around = scene.around;
    for (const int status : {200, 301, 400, 403, 404, 429, 500}) {
      around.answers[name] = {status, text};
      drive(around, name);
    }
    around.answers.erase(name);
    for (const ErrorKind kind :
         {ErrorKind::transient, ErrorKind::denied, ErrorKind::limit, ErrorKind::outcome_unknown}) {
      around.failure_kind = kind;
      drive(around, name + " gone");
    }
  }
}

TEST(Secrets, AreInNoErrorOfAnyPlace) {
  for (const Scene& scene : scenes()) {
    Watch watch;
    ScriptedSurroundings whole = scene.around;
    ASSERT_TRUE(scene.make(whole)->get()) << scene.name;
    for (const std::string& text : garbage) replace_each(scene, text, watch);
    EXPECT_GT(watch.errors, 50) << scene.name;
  }
}

TEST(Secrets, AreInNoErrorOfWhatIsCutShort) {
  for (const Scene& scene : scenes()) {
    Watch watch;
    for (const auto& [name, answer] : scene.around.answers) {
      for (std::size_t size = 0; size < answer.body.size(); ++size) {
        ScriptedSurroundings around = scene.around;
        around.answers[name].body.resize(size);
        watch.see(scene.make(around)->get(), name);
      }
    }
    for (const auto& [name, content] : scene.around.files) {
      for (std::size_t size = 0; size < content.size(); ++size) {
        ScriptedSurroundings around = scene.around;
        around.files[name].resize(size);
        watch.see(scene.make(around)->get(), name);
      }
    }
    EXPECT_EQ(watch.errors > 0, !scene.around.files.empty() || !scene.around.answers.empty()) << scene.name;
  }
}

TEST(Secrets, AreInNoErrorOfTheSigner) {
  Watch watch;
  const SigningScope scope{"us-east-1", "s3"};
  const Credentials fine{"AKID", Secret(canary), Secret(canary), std::nullopt};
  for (const std::string& text : garbage) {
    const auto drive = [&](const UnsignedRequest& request, const Credentials& credentials, const SigningScope& where) {
      watch.see(sign(request, credentials, where, 0), text);
    };
    const UnsignedRequest request{
        .host = "h", .path = "/CANARY", .query = {{canary, canary}}, .headers = {{"a", canary}}};
    UnsignedRequest other = request;
    other.headers.add("x-amz-meta-a", text);
    drive(other, fine, scope);
    for (std::string UnsignedRequest::* part :
         {&UnsignedRequest::method, &UnsignedRequest::host, &UnsignedRequest::path, &UnsignedRequest::payload_sha256}) {
      other = request;
      other.*part = text;
      drive(other, fine, scope);
    }
    drive(request, {text, Secret(text), Secret(text), std::nullopt}, scope);
    drive(request, fine, {text, text});
    for (const char* name : {"Authorization", "X-Amz-Security-Token", "host"}) {
      other = request;
      other.headers.add(name, text);
      drive(other, fine, scope);
    }
  }
  EXPECT_GT(watch.errors, 100);
  EXPECT_GT(watch.successes, 50);
}

}  // namespace
}  // namespace vdp::aws
