#include "dataset/event_filter.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "dataset/locations.h"

namespace vdp::dataset {
namespace {

// The stack's tests read the same zoo: infra/test/event_filter.test.ts.
Json zoo() {
  std::ifstream file(VDP_SOURCE_DIR "/infra/test/event_filter_zoo.json");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return parse_json(text).value_or(Json());
}

SourceSpec source_of(const Json& entry) {
  SourceSpec source;
  source.prefix = absolute_url(entry["prefix"].get<std::string>(), "/").value_or("");
  source.pattern = Pattern::compile(entry["pattern"].get<std::string>()).value_or(Pattern());
  return source;
}

Json expected_keys(const Json& entry) { return entry["key"].is_null() ? Json() : Json::array({entry["key"]}); }

TEST(EventFilter, FollowsThePatternOverAZoo) {
  const Json entries = zoo();
  ASSERT_GT(entries.size(), 20U);
  for (const Json& entry : entries) {
    const auto filter = event_filter(source_of(entry));
    if (entry.contains("filter")) {
      EXPECT_FALSE(filter) << entry;
      continue;
    }
    ASSERT_TRUE(filter) << entry;
    const Json& s3 = (*filter)["Records"]["s3"];
    EXPECT_EQ(s3.contains("object") ? s3["object"]["key"] : Json(), expected_keys(entry)) << entry;
  }
}

TEST(EventFilter, NamesBucketAndEvents) {
  SourceSpec source;
  source.prefix = "s3://archive/level3/";
  source.pattern = Pattern::compile("x_{time:%Y}.nc").value_or(Pattern());
  const Json expected = parse_json(R"({"Records": {
    "eventName": [{"prefix": "ObjectCreated:"}, {"prefix": "ObjectRemoved:"}],
    "s3": {"bucket": {"name": ["archive"]}, "object": {"key": [{"prefix": "level3/x_"}]}}}})")
                            .value_or(Json());
  EXPECT_EQ(event_filter(source), expected);
}

}  // namespace
}  // namespace vdp::dataset
