#include "apps/settings/read_settings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vdp::settings {
namespace {

DatasetFacts daily() {
  return {.facts = {{"dataset.name", "daily"},
                    {"source.prefix", "s3://archive/level3/"},
                    {"source.scheme", "s3"},
                    {"source.bucket", "archive"},
                    {"source.access", "iam"},
                    {"axis.kind", "regular"}},
          .variables = {"COLLECTION"}};
}

using Variables = std::map<std::string, std::string>;

SettingsReport read(const std::string& env_file, const Variables& environment = {}, DatasetFacts facts = daily()) {
  return read_settings({.environment = [=](const std::string& name) -> std::optional<std::string> {
                          const auto found = environment.find(name);
                          if (found == environment.end()) return std::nullopt;
                          return found->second;
                        },
                        .env_file = env_file,
                        .read_dataset = [=](const std::string&) -> Result<DatasetFacts> { return facts; }});
}

const Setting& setting(const SettingsReport& report, std::string_view name) {
  return *std::ranges::find(report.settings, name, [](const Setting& s) { return s.row->name; });
}

std::vector<std::string> findings(const SettingsReport& report) {
  std::vector<std::string> texts;
  for (const Finding& finding : report.findings) texts.push_back(describe(finding));
  return texts;
}

const std::string least = "STAGE=dev\nDATASET=d.toml\n";

TEST(ReadSettings, DefaultsAreTheOriginals) {
  const SettingsReport report = read(least);
  EXPECT_EQ(findings(report), std::vector<std::string>());
  EXPECT_EQ(setting(report, "STACK_NAME").value, "virtualizarr-data-pipelines");
  EXPECT_EQ(setting(report, "MAX_CONCURRENCY").value, "50");
  EXPECT_EQ(setting(report, "VISIBILITY_TIMEOUT_SECONDS").value, "1800");
  EXPECT_EQ(setting(report, "FORWARD_QUEUE_ENABLED").value, "true");
  EXPECT_EQ(setting(report, "ICECHUNK_PREFIX").value, "daily");
  EXPECT_EQ(setting(report, "DATA_BUCKET_NAME").value, "archive");
  EXPECT_EQ(setting(report, "DATA_BUCKET_NAME").origin, Origin::dataset);
  EXPECT_EQ(setting(report, "ICECHUNK_BUCKET_NAME").value, std::nullopt);
}

TEST(ReadSettings, TheEnvironmentGoesBeforeTheFileAndEmptyValuesAreNone) {
  const SettingsReport report =
      read(least + "SQS_BATCH_SIZE=5\nMAX_CONCURRENCY=\n", {{"SQS_BATCH_SIZE", " 07 "}, {"STAGE", ""}});
  EXPECT_EQ(setting(report, "SQS_BATCH_SIZE").value, "7");
  EXPECT_EQ(setting(report, "SQS_BATCH_SIZE").origin, Origin::environment);
  EXPECT_EQ(setting(report, "STAGE").value, "dev");
  EXPECT_EQ(setting(report, "MAX_CONCURRENCY").origin, Origin::default_value);
}

TEST(ReadSettings, TellsAllThatIsWrong) {
  const SettingsReport report = read("STAGE=test\nSQS_BATCH_SIZE=0\nBACKFILL_ENABLED=maybe\nMAX_CONCURENCY=3\n");
  EXPECT_EQ(findings(report), (std::vector<std::string>{
                                  "STAGE: found 'test', expected one of dev, staging, prod",
                                  "DATASET: not set, expected the path of a dataset file",
                                  "SQS_BATCH_SIZE: found '0', expected a whole number from 1 to 10000",
                                  "BACKFILL_ENABLED: found 'maybe', expected true or false",
                                  "MAX_CONCURENCY: unknown setting; did you mean MAX_CONCURRENCY?",
                              }));
}

TEST(ReadSettings, WhatMayBeASecretIsNotShown) {
  const SettingsReport report = read(least + "EARTHDATA_SECRET_ARN=user:s3cret\nANOTHER_THING=s3cret\n");
  ASSERT_EQ(report.findings.size(), 2U);
  for (const std::string& text : findings(report)) EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
}

TEST(ReadSettings, SettingsMustAgree) {
  EXPECT_EQ(findings(read(least + "SQS_BATCH_SIZE=11\n")),
            std::vector<std::string>{"SQS_BATCH_WINDOW_SECONDS: found '0', expected at least 1, as SQS_BATCH_SIZE is "
                                     "11, and batches of more than 10 need a window"});
  EXPECT_EQ(findings(read(least + "VISIBILITY_TIMEOUT_SECONDS=1799\n")),
            std::vector<std::string>{"VISIBILITY_TIMEOUT_SECONDS: found '1799', expected at least six times "
                                     "FUNCTION_TIMEOUT_SECONDS (300) and SQS_BATCH_WINDOW_SECONDS (0)"});
  EXPECT_EQ(findings(read(least + "DATA_BUCKET_NAME=other\n")),
            std::vector<std::string>{"DATA_BUCKET_NAME: found 'other', expected archive, as the dataset's "
                                     "source.prefix is s3://archive/level3/"});
}

TEST(ReadSettings, MessagesWaitWhereThereIsABackfill) {
  const SettingsReport report = read(least + "BACKFILL_ENABLED=True\n");
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(setting(report, "FORWARD_QUEUE_ENABLED").value, "false");
  EXPECT_EQ(setting(read(least), "FORWARD_QUEUE_ENABLED").value, "true");
}

TEST(ReadSettings, TheVisibilityTimeoutFollowsWindowAndTimeout) {
  const SettingsReport report = read(least + "FUNCTION_TIMEOUT_SECONDS=900\nSQS_BATCH_WINDOW_SECONDS=60\n");
  EXPECT_EQ(setting(report, "VISIBILITY_TIMEOUT_SECONDS").value, "5460");
  EXPECT_TRUE(report.findings.empty());
}

TEST(ReadSettings, NetworksAreGivenWhole) {
  const SettingsReport report = read(least + "VPC_ID=vpc-0123456789abcdef0\n");
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].setting, "VPC_SUBNET_IDS");
  EXPECT_EQ(report.findings[1].setting, "VPC_AVAILABILITY_ZONES");
}

TEST(ReadSettings, WhatHasNoEffectIsNoted) {
  const SettingsReport report = read(least + "AMI_ID=ami-1\n");
  EXPECT_TRUE(report.findings.empty());
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0].setting, "AMI_ID");
}

TEST(ReadSettings, OtherProgramsAndTheDatasetMayHaveVariablesInTheFile) {
  EXPECT_EQ(findings(read(least + "AWS_PROFILE=x\nCOLLECTION=y\n")), std::vector<std::string>());
}

TEST(ReadSettings, ADefaultThatCannotStandIsSaid) {
  DatasetFacts facts = daily();
  facts.facts["dataset.name"] = "two words";
  const SettingsReport report = read(least, {}, facts);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].setting, "ICECHUNK_PREFIX");
}

TEST(ReadSettings, FunctionsReachNoFolder) {
  DatasetFacts facts = daily();
  facts.facts["source.scheme"] = "file";
  facts.facts["source.bucket"] = "";
  const SettingsReport report = read(least, {}, facts);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].setting, "DATASET");
}

}  // namespace
}  // namespace vdp::settings
