#include "base/log.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/timestamp.h"

namespace vdp {
namespace {

/// Leaves the log as it found it.
class LogTest : public testing::Test {
 protected:
  void SetUp() override { set_log_level(LogLevel::info); }
  void TearDown() override {
    set_log_format(LogFormat::text);
    set_log_context(Json::object());
    set_log_level(LogLevel::warning);
  }

  /// What is written meanwhile.
  template <typename Write>
  static std::string written_by(Write write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, TextHasTimeLevelMessageAndFields) {
  const std::string plain = written_by([] { log(LogLevel::warning, "rejected a.nc"); });
  EXPECT_TRUE(plain.ends_with("Z warning rejected a.nc\n")) << plain;
  const std::string with_fields = written_by([] { log(LogLevel::info, "done", {{"refs", 12}, {"uri", "s3://b/k"}}); });
  EXPECT_TRUE(with_fields.ends_with("Z info done {\"refs\":12,\"uri\":\"s3://b/k\"}\n")) << with_fields;
}

TEST_F(LogTest, JsonIsOneObjectALine) {
  set_log_format(LogFormat::json);
  set_log_context({{"service", "rain"}, {"function_request_id", "r1"}});
  const TimestampUs before_us = system_clock().now_us();
  const std::string lines = written_by([] {
    log(LogLevel::warning, "two\nlines and \"quotes\"", {{"refs", 3}, {"service", "other"}});
    log(LogLevel::info, "\xff is no UTF-8");
  });
  const std::size_t end = lines.find('\n');
  const auto line = parse_json(lines.substr(0, end));
  ASSERT_TRUE(line.has_value()) << lines;
  EXPECT_EQ(line->at("level"), "WARNING");
  EXPECT_EQ(line->at("message"), "two\nlines and \"quotes\"");
  EXPECT_EQ(line->at("refs"), 3);
  EXPECT_EQ(line->at("function_request_id"), "r1");
  EXPECT_EQ(line->at("service"), "other");
  EXPECT_GE(parse_timestamp(line->at("timestamp").get<std::string>()).value_or(0) + 1'000'000, before_us);
  const auto second = parse_json(lines.substr(end + 1, lines.size() - end - 2));
  ASSERT_TRUE(second.has_value()) << lines;
  EXPECT_EQ(second->at("service"), "rain");
}

TEST_F(LogTest, SecretsAreMaskedInEveryText) {
  const auto write = [] {
    log(LogLevel::error, "GET https://h/k?X-Amz-Signature=sesame", {{"at", {{"uri", {"https://u:sesame@h/k"}}}}});
  };
  EXPECT_EQ(written_by(write).find("sesame"), std::string::npos);
  set_log_format(LogFormat::json);
  set_log_context({{"endpoint", "http://id:sesame@h/"}});
  const std::string line = written_by(write);
  EXPECT_EQ(line.find("sesame"), std::string::npos);
  EXPECT_TRUE(parse_json(line).has_value()) << line;
}

TEST_F(LogTest, LevelsHaveNames) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("off"), LogLevel::off);
  EXPECT_EQ(parse_log_level("INFO"), std::nullopt);
}

}  // namespace
}  // namespace vdp
