#include <gtest/gtest.h>
#include <stdlib.h>

#include "apps/lambda/function_settings.h"
#include "apps/lambda/metrics.h"
#include "apps/lambda/roles.h"
#include "apps/lambda/runtime_api.h"
#include "apps/lambda/trace_id.h"
#include "base/json.h"

namespace vdp::lambda {
namespace {

dataset::EnvironmentLookup variables(const std::map<std::string, std::string>& values) {
  return [values](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(TraceId, IsWhereLibrariesLookForIt) {
  set_trace_id("Root=1-a;Sampled=1");
  EXPECT_STREQ(getenv("_X_AMZN_TRACE_ID"), "Root=1-a;Sampled=1");
  const char* const place = getenv("_X_AMZN_TRACE_ID");
  set_trace_id("Root=1-b");
  EXPECT_STREQ(getenv("_X_AMZN_TRACE_ID"), "Root=1-b");
  EXPECT_EQ(getenv("_X_AMZN_TRACE_ID"), place);
  set_trace_id(std::string(5000, 'x'));
  EXPECT_STREQ(getenv("_X_AMZN_TRACE_ID"), "");
}

TEST(TraceId, HasARoot) {
  EXPECT_EQ(trace_root("Root=1-a;Parent=b;Sampled=1"), "1-a");
  EXPECT_EQ(trace_root("Self=x;Root=1-a"), "1-a");
  EXPECT_EQ(trace_root(""), "");
}

TEST(FunctionSettings, HaveDefaults) {
  const auto settings = read_settings(variables({{"VDP_STORE", ""}})).value();
  EXPECT_EQ(settings.dataset_path, "dataset.toml");
  EXPECT_FALSE(settings.store_url);
  EXPECT_EQ(settings.processor, "dataset");
  EXPECT_EQ(settings.max_receives, std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(read_settings(variables({{"VDP_MAX_RECEIVES", "20"}}))->max_receives, 20U);
  EXPECT_EQ(read_identity(variables({})).service, "vdp");
}

TEST(FunctionSettings, ErrorsNameVariableAndValue) {
  for (const char* wrong : {"0", "-1", "x", "20 ", "4294967296"}) {
    const auto settings = read_settings(variables({{"VDP_MAX_RECEIVES", wrong}}));
    ASSERT_FALSE(settings) << wrong;
    EXPECT_NE(settings.error().text().find(std::string("VDP_MAX_RECEIVES: found \"") + wrong), std::string::npos);
  }
}

TEST(Roles, AreNamedWhereOneIsUnknown) {
  EXPECT_TRUE(make_function("initialize", {}));
  EXPECT_TRUE(make_function("backfill_promote", {}));
  EXPECT_EQ(make_function("other", {}).error().text(),
            "_HANDLER: found \"other\", expected one of initialize, process_messages, backfill_partition, "
            "backfill_initialize, backfill_fork, backfill_process, backfill_reduce, backfill_promote");
  EXPECT_FALSE(make_function("backfill_", {}));
}

TEST(Roles, OfABackfillNeedAPlaceForArtifacts) {
  const auto function = make_function("backfill_fork", {});
  ASSERT_TRUE(function) << function.error().text();
  FunctionSettings settings;
  settings.processor = "dataset";
  const auto answer = (*make_function("backfill_fork", settings))->handle(Json::object(), {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
  EXPECT_NE(answer.error().text().find("VDP_BACKFILL_ARTIFACTS"), std::string::npos) << answer.error().text();
}

TEST(RuntimeApi, NeedsAnAddress) {
  EXPECT_TRUE(RuntimeApi::at("127.0.0.1:9001"));
  for (const char* wrong : {"", "127.0.0.1:9001/x", "user@host:1", "host:port", "h?x"}) {
    EXPECT_FALSE(RuntimeApi::at(wrong)) << wrong;
  }
}

TEST(FunctionError, IsNamedByTheKind) {
  const auto error = function_error(not_found("no s3://key@bucket/x").error());
  EXPECT_EQ(error.type, "Function.NotFound");
  EXPECT_EQ(error.message, "no s3://***@bucket/x");
  EXPECT_EQ(function_error(fail(ErrorKind::outcome_unknown, "x").error()).type, "Function.OutcomeUnknown");
}

TEST(Metrics, HaveAValueForEachDefinition) {
  BatchFigures figures;
  figures.report.outcomes.written = 3;
  figures.report.refs = 12;
  figures.failures = 1;
  figures.duration_ms = 12.5;
  const Json document = metrics_document("vdp", "rain", "r1", figures, 1'700'000'000'123'456);
  const Json& aws = document.at("_aws");
  EXPECT_EQ(aws.at("Timestamp"), 1'700'000'000'123);
  const Json& directive = aws.at("CloudWatchMetrics").at(0);
  EXPECT_EQ(directive.at("Namespace"), "vdp");
  EXPECT_EQ(directive.at("Dimensions").dump(), R"([["dataset"]])");
  for (const Json& metric : directive.at("Metrics")) {
    EXPECT_TRUE(document.at(metric.at("Name").get<std::string>()).is_number()) << metric;
  }
  EXPECT_EQ(document.at("dataset"), "rain");
  EXPECT_EQ(document.at("Written"), 3);
  EXPECT_EQ(document.at("Refs"), 12);
  EXPECT_EQ(document.at("Failures"), 1);
  EXPECT_EQ(document.at("Duration"), 12.5);
}

}  // namespace
}  // namespace vdp::lambda
