#include "net/aws/http_credentials.h"

#include <gtest/gtest.h>

#include "net/aws/scripted_surroundings.h"

namespace vdp::aws {
namespace {

ScriptedSurroundings with_netrc(const std::string& content) {
  ScriptedSurroundings around;
  around.variables = {{"HOME", "/home/me"}};
  around.files = {{"/home/me/.netrc", content}};
  return around;
}

/// The header's value, or the kind of the error, in whose text no secret may be.
std::string shown(const Result<CredentialHeader>& header) {
  if (header) return header->name + ": " + header->value.reveal();
  EXPECT_EQ(header.error().text().find("CANARY"), std::string::npos) << header.error().text();
  return std::string(to_string(header.error().kind));
}

TEST(HttpCredentials, BearerIsTheTokenOfAVariable) {
  ScriptedSurroundings around;
  EXPECT_EQ(shown(bearer_header(around.environment(), bearer_variable)), "denied");
  around.variables = {{bearer_variable, "t0"}, {earthdata_variable, "t1"}};
  EXPECT_EQ(shown(bearer_header(around.environment(), bearer_variable)), "Authorization: Bearer t0");
  EXPECT_EQ(shown(bearer_header(around.environment(), earthdata_variable)), "Authorization: Bearer t1");
  around.variables = {{bearer_variable, "CANARY\r\nX-A: CANARY"}};
  EXPECT_EQ(shown(bearer_header(around.environment(), bearer_variable)), "invalid");
}

TEST(HttpCredentials, BasicIsTheLoginOfTheNetrcFile) {
  const auto basic = [](const ScriptedSurroundings& around, const std::string& host) {
    return shown(basic_header(around.environment(), around.reader(), host));
  };
  // RFC 7617, section 2.
  EXPECT_EQ(basic(with_netrc("machine host login Aladdin password \"open sesame\""), "host"),
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic(with_netrc("machine host login u password CANARY"), "other"), "denied");
  EXPECT_EQ(basic(ScriptedSurroundings(), "host"), "denied");
  EXPECT_EQ(basic(with_netrc("machine host CANARY"), "host"), "corrupt");
  EXPECT_EQ(basic(with_netrc("machine host login CANARY:x password CANARY"), "host"), "invalid");
  ScriptedSurroundings named = with_netrc("machine host login CANARY password CANARY");
  named.variables["NETRC"] = "/elsewhere/CANARY";
  EXPECT_EQ(basic(named, "host"), "invalid");
  named.files["/elsewhere/CANARY"] = "machine host login Aladdin password \"open sesame\"";
  EXPECT_EQ(basic(named, "host"), "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

}  // namespace
}  // namespace vdp::aws
