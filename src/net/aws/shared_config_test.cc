#include "net/aws/shared_config.h"

#include <gtest/gtest.h>

#include "net/aws/scripted_surroundings.h"

namespace vdp::aws {
namespace {

const std::string credentials_path = "/home/me/.aws/credentials";
const std::string config_path = "/home/me/.aws/config";

class SharedConfigTest : public testing::Test {
 protected:
  SharedConfigTest() { around.variables["HOME"] = "/home/me"; }

  std::string key_id() {
    const auto credentials = provider.get();
    return credentials ? credentials->access_key_id : std::string(to_string(credentials.error().kind));
  }
  std::string region() {
    const auto found = configured_region(around.environment(), around.reader());
    return found ? found->value_or("none") : std::string(to_string(found.error().kind));
  }

  ScriptedSurroundings around;
  SharedConfig provider{around.environment(), around.reader()};
};

const std::string keys = "aws_access_key_id = AKID\naws_secret_access_key = skey\n";

TEST_F(SharedConfigTest, NothingIsThere) {
  EXPECT_EQ(key_id(), "not_found");
  EXPECT_EQ(region(), "none");
  around.files[credentials_path] = "[other]\n" + keys;
  EXPECT_EQ(key_id(), "not_found");
  around.variables.erase("HOME");
  EXPECT_EQ(key_id(), "not_found");
}

TEST_F(SharedConfigTest, ReadsTheDefaultProfile) {
  around.files[credentials_path] =
      "# mine\n[default]\r\nAWS_Access_Key_Id=AKID\r\naws_secret_access_key : sk=ey/+ \r\n"
      "aws_session_token=stoken==\n";
  around.files[config_path] =
      "[default]\nregion = eu-west-1\ns3 =\n  max_concurrent_requests = 20\n  region = nested\n";
  const auto credentials = provider.get();
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->secret_access_key.reveal(), "sk=ey/+");
  EXPECT_EQ(credentials->session_token->reveal(), "stoken==");
  EXPECT_EQ(region(), "eu-west-1");
}

TEST_F(SharedConfigTest, ReadsANamedProfile) {
  around.variables["AWS_PROFILE"] = "my team";
  around.files[config_path] = "[default]\nregion=a\n[profile \"my team\"]\nregion=b\n" + keys + "[my team]\nregion=c\n";
  EXPECT_EQ(key_id(), "AKID");
  EXPECT_EQ(region(), "b");
  // Keys of the credentials file come first.
  around.files[credentials_path] = "[my team]\naws_access_key_id=OTHER\naws_secret_access_key=s\n";
  EXPECT_EQ(key_id(), "OTHER");
  around.variables["AWS_REGION"] = "z";
  EXPECT_EQ(region(), "z");
  around.variables["AWS_PROFILE"] = "nobody";
  EXPECT_EQ(key_id(), "invalid");
}

TEST_F(SharedConfigTest, FilesMayBeElsewhere) {
  around.variables["AWS_SHARED_CREDENTIALS_FILE"] = "~/keys";
  around.variables["AWS_CONFIG_FILE"] = "/etc/aws";
  EXPECT_EQ(key_id(), "invalid");  // named, and not there
  around.files["/home/me/keys"] = "[default]\n" + keys;
  around.files["/etc/aws"] = "[profile default]\nregion=q\n[default]\nregion=r\n";
  EXPECT_EQ(key_id(), "AKID");
  EXPECT_EQ(region(), "q");
}

TEST_F(SharedConfigTest, SaysWhatItDoesNotSupport) {
  for (const char* setting : {"role_arn", "source_profile", "credential_source", "sso_session", "sso_account_id",
                              "web_identity_token_file"}) {
    around.files[config_path] = std::string("[default]\n") + setting + " = x\n" + keys;
    EXPECT_EQ(key_id(), "unsupported") << setting;
    EXPECT_NE(provider.get().error().message.find(setting), std::string::npos);
  }
  around.files[config_path] = "[default]\ncredential_process = x\n" + keys;
  EXPECT_EQ(key_id(), "AKID");
  around.files[config_path] = "[default]\ncredential_process = x\n";
  EXPECT_EQ(key_id(), "unsupported");
  around.files[config_path] = "[default]\nregion = x\n";
  EXPECT_EQ(key_id(), "not_found");
}

TEST_F(SharedConfigTest, RefusesHalfAPair) {
  around.files[credentials_path] = "[default]\naws_access_key_id=A\n";
  around.files[config_path] = "[default]\naws_secret_access_key=s\n";
  EXPECT_EQ(key_id(), "invalid");
  around.files[credentials_path] = "[default]\naws_access_key_id=A\naws_secret_access_key=s # mine\n";
  EXPECT_EQ(key_id(), "invalid");
}

TEST(IniFile, TellsTheLineThatIsWrong) {
  for (const auto& [text, line] : std::vector<std::pair<std::string, std::string>>{{"a=1\n", "line 1"},
                                                                                   {"[a]\n\nb\n", "line 3"},
                                                                                   {"[a\n", "line 1"},
                                                                                   {"[a]\n=b\n", "line 2"},
                                                                                   {"[a]\nb=1\nB=2\n", "line 3"}}) {
    const auto file = parse_ini(text);
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(file.error().message.substr(0, 6), line);
  }
}

TEST(IniFile, TakesIndentedSettingsForTheSection) {
  const auto file = parse_ini("\xef\xbb\xbf[ a ]\n  b = 1\n  c = 2\n    nested = 3\n;d=4\n\t\n[e]\n");
  ASSERT_TRUE(file) << file.error().text();
  ASSERT_EQ(file->size(), 2U);
  EXPECT_EQ(file->at("a").size(), 2U);
  EXPECT_EQ(file->at("a").at("c").reveal(), "2");
  EXPECT_TRUE(file->at("e").empty());
}

}  // namespace
}  // namespace vdp::aws
