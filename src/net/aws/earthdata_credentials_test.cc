#include "net/aws/earthdata_credentials.h"

#include <gtest/gtest.h>

#include "net/aws/scripted_surroundings.h"

namespace vdp::aws {
namespace {

const std::string endpoint = "https://archive.example/s3credentials";
const std::string keys = R"({"accessKeyId":"AKID","secretAccessKey":"skey","sessionToken":"stoken",)"
                         R"("expiration":"2026-11-22 18:00:00+00:00"})";
const std::string login_page = "https://urs.earthdata.nasa.gov/oauth/authorize?client_id=c&state=%2Fs3credentials";
const std::string code_page = "https://archive.example/redirect?code=CANARY&state=%2Fs3credentials";

Result<Credentials> ask(ScriptedSurroundings& around) {
  return EarthdataCredentials(*parse_url(endpoint), around.environment(), around.reader(), around.sender()).get();
}

ScriptedSurroundings with_token() {
  ScriptedSurroundings around;
  around.variables = {{"EARTHDATA_TOKEN", "CANARY"}};
  around.answers = {{"GET " + endpoint, {200, keys}}};
  return around;
}

/// The login of a user, as the archives have it. The script is by URL, so the endpoint always redirects.
ScriptedSurroundings with_login() {
  ScriptedSurroundings around;
  around.variables = {{"HOME", "/me"}};
  around.files = {{"/me/.netrc", "machine urs.earthdata.nasa.gov login user password CANARY"}};
  around.answers = {
      {"GET " + endpoint, {302, "", {{"Location", login_page}, {"Set-Cookie", "first=1; Path=/; Secure"}}}},
      {"GET " + login_page, {302, "", {{"Location", code_page}, {"Set-Cookie", "_urs=CANARYlogin; HttpOnly"}}}},
      {"GET " + code_page,
       {302, "", {{"Location", "/s3credentials/"}, {"Set-Cookie", "accessToken=CANARYaccess; Path=/"}}}},
      {"GET " + endpoint + "/", {200, keys}}};
  return around;
}

std::string headers_of(const ScriptedSurroundings& around, const std::string& line) {
  for (const auto& asked : around.asked) {
    if (asked.line == line) return asked.headers;
  }
  return "not asked";
}

void expect_no_canary(const Error& error) { EXPECT_EQ(error.text().find("CANARY"), std::string::npos) << error.text(); }

TEST(Earthdata, GivesKeysForAToken) {
  ScriptedSurroundings around = with_token();
  const auto credentials = ask(around);
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->secret_access_key.reveal(), "skey");
  EXPECT_EQ(credentials->session_token->reveal(), "stoken");
  EXPECT_EQ(credentials->expires_us, 1795370400000000);
  ASSERT_EQ(around.asked.size(), 1U);
  EXPECT_EQ(around.asked[0].headers, "Authorization: Bearer CANARY\n");
}

TEST(Earthdata, SendsATokenNowhereElse) {
  ScriptedSurroundings around = with_token();
  for (const char* target : {"https://urs.earthdata.nasa.gov/oauth/authorize", "https://evil.example/", "/elsewhere"}) {
    around.asked.clear();
    around.answers["GET " + endpoint] = {302, "", {{"Location", target}}};
    const auto credentials = ask(around);
    ASSERT_FALSE(credentials);
    EXPECT_EQ(credentials.error().kind, ErrorKind::denied);
    expect_no_canary(credentials.error());
    EXPECT_EQ(around.asked.size(), 1U) << target;
  }
}

TEST(Earthdata, LogsInWhereTheNetrcFileSays) {
  ScriptedSurroundings around = with_login();
  const auto credentials = ask(around);
  ASSERT_TRUE(credentials) << credentials.error().text();
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(headers_of(around, "GET " + endpoint), "");
  // "user:CANARY"
  EXPECT_EQ(headers_of(around, "GET " + login_page), "Authorization: Basic dXNlcjpDQU5BUlk=\n");
  EXPECT_EQ(headers_of(around, "GET " + code_page), "Cookie: first=1\n");
  EXPECT_EQ(headers_of(around, "GET " + endpoint + "/"), "Cookie: accessToken=CANARYaccess; first=1\n");
}

TEST(Earthdata, LogsInBetweenTwoHostsAlone) {
  for (const std::string target :
       {"https://evil.example/x?CANARY", "http://archive.example/s3credentials", "https://archive.example:8443/",
        "http://urs.earthdata.nasa.gov/", "https://urs.earthdata.nasa.gov:444/", "https://urs.earthdata.nasa.gov.evil/",
        "https://user:CANARY@urs.earthdata.nasa.gov/", "file:///etc/passwd", "https://169.254.169.254/", "//evil/x",
        "https://urs.earthdata.nasa.gov@evil.example/"}) {
    for (const std::string& page : {endpoint, login_page, code_page}) {
      ScriptedSurroundings around = with_login();
      around.answers["GET " + page].headers = {{"Location", target}};
      const auto credentials = ask(around);
      ASSERT_FALSE(credentials) << page << " to " << target;
      expect_no_canary(credentials.error());
      EXPECT_EQ(around.asked.back().line, "GET " + page) << target;
      for (const auto& asked : around.asked) {
        const bool at_login = asked.line.starts_with("GET https://urs.earthdata.nasa.gov/");
        EXPECT_EQ(asked.headers.find("Basic") != std::string::npos, at_login) << asked.line;
      }
    }
  }
}

TEST(Earthdata, SaysWhyALoginFails) {
  const auto kind_after = [](const std::string& page, const ScriptedSurroundings::Scripted& answer) {
    ScriptedSurroundings around = with_login();
    around.answers["GET " + page] = answer;
    const auto credentials = ask(around);
    EXPECT_FALSE(credentials);
    if (credentials) return std::string();
    expect_no_canary(credentials.error());
    return std::string(to_string(credentials.error().kind)) + ": " + credentials.error().message;
  };
  EXPECT_EQ(kind_after(login_page, {401, "CANARY"}),
            "denied: urs.earthdata.nasa.gov does not take the login of the netrc file");
  EXPECT_EQ(kind_after(login_page, {200, "<html>CANARY"}),
            "denied: urs.earthdata.nasa.gov shows a page: log in there once with a browser, and approve what it asks");
  EXPECT_EQ(kind_after(login_page, {503, ""}), "transient: urs.earthdata.nasa.gov answers with status 503");
  EXPECT_EQ(kind_after(endpoint, {403, "CANARY"}), "denied: archive.example answers with status 403");
  EXPECT_EQ(kind_after(endpoint + "/", {200, "CANARY"}), "corrupt: the answer is no JSON object");
  EXPECT_EQ(kind_after(endpoint, {302, "", {{"Location", endpoint}}}),
            "denied: the login at urs.earthdata.nasa.gov does not end");
  EXPECT_EQ(kind_after(code_page, {302, ""}), "corrupt: a redirect of archive.example does not say where to");
}

TEST(Earthdata, NeedsATokenOrALogin) {
  ScriptedSurroundings around;
  EXPECT_EQ(ask(around).error().kind, ErrorKind::not_found);
  around.variables = {{"HOME", "/me"}};
  around.files = {{"/me/.netrc", "machine other login user password CANARY"}};
  const auto credentials = ask(around);
  EXPECT_EQ(credentials.error().kind, ErrorKind::not_found);
  expect_no_canary(credentials.error());
  EXPECT_TRUE(around.asked.empty());
}

TEST(Earthdata, TakesNothingButAWholeAnswer) {
  ScriptedSurroundings around = with_token();
  for (const char* field : {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}) {
    std::string answer = keys;
    answer.replace(answer.find(field), 3, "oth");
    around.answers["GET " + endpoint].body = answer;
    EXPECT_EQ(ask(around).error().kind, ErrorKind::corrupt) << field;
  }
  for (std::size_t size = 0; size < keys.size(); ++size) {
    around.answers["GET " + endpoint].body = keys.substr(0, size);
    EXPECT_EQ(ask(around).error().kind, ErrorKind::corrupt) << size;
  }
  around.answers.clear();
  EXPECT_EQ(ask(around).error().kind, ErrorKind::transient);
}

}  // namespace
}  // namespace vdp::aws
