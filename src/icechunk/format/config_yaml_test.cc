#include "icechunk/format/config_yaml.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace vdp::icechunk {
namespace {

Result<Json> decode(std::string_view text) { return decode_config_yaml(as_bytes(text)); }

// A part of what icechunk 2.3.0 writes for a repository of version 1.
constexpr std::string_view official = R"(inline_chunk_threshold_bytes: 7
compression:
  algorithm: null
  level: 5
storage:
  unsafe_use_metadata: false
virtual_chunk_containers:
  s3://b/:
    name: null
    url_prefix: s3://b/
    store: !s3
      region: us-east-1
      anonymous: true
  file:///tmp/:
    name: t
    url_prefix: file:///tmp/
    store: !local_file_system /tmp
manifest:
  preload:
    preload_if: !and
    - 'true'
    - !name_matches
      regex: x
    - !num_refs
      from: !Included 1
      to: !Excluded 10
  splitting:
    split_sizes:
    - - !or
        - !path_matches
          regex: /g
      - - condition: !DimensionName t
          num_chunks: 3
        - condition: !Axis 1
          num_chunks: 4
        - condition: Any
          num_chunks: 5
    - - any_array
      - - condition: Any
          num_chunks: 1000
)";

TEST(ConfigYaml, ReadsWhatTheOfficialLibraryWrites) {
  const Json expected = {
      {"inline_chunk_threshold_bytes", 7},
      {"compression", {{"algorithm", nullptr}, {"level", 5}}},
      {"storage", {{"unsafe_use_metadata", false}}},
      {"virtual_chunk_containers",
       {{"s3://b/",
         {{"name", nullptr},
          {"url_prefix", "s3://b/"},
          {"store", {{"s3", {{"region", "us-east-1"}, {"anonymous", true}}}}}}},
        {"file:///tmp/", {{"name", "t"}, {"url_prefix", "file:///tmp/"}, {"store", {{"local_file_system", "/tmp"}}}}}}},
      {"manifest",
       {{"preload",
         {{"preload_if",
           {{"and", Json::array({"true",
                                 {{"name_matches", {{"regex", "x"}}}},
                                 {{"num_refs", {{"from", {{"Included", 1}}}, {"to", {{"Excluded", 10}}}}}}})}}}}},
        {"splitting",
         {{"split_sizes",
           Json::array({Json::array({{{"or", Json::array({{{"path_matches", {{"regex", "/g"}}}}})}},
                                     Json::array({{{"condition", {{"DimensionName", "t"}}}, {"num_chunks", 3}},
                                                  {{"condition", {{"Axis", 1}}}, {"num_chunks", 4}},
                                                  {{"condition", "Any"}, {"num_chunks", 5}}})}),
                        Json::array({"any_array", Json::array({{{"condition", "Any"}, {"num_chunks", 1000}}})})})}}}}},
  };
  const auto found = decode(official);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_TRUE(same_json(*found, expected)) << found->dump(1);
}

TEST(ConfigYaml, ScalarsAreThoseOfTheCoreSchema) {
  const auto found = decode(
      "[null, ~, true, False, yes, 12, -3, +4, 18446744073709551615, 1.5, -2e3, .inf, -.inf, 'true', \"12\", "
      "1.2.3, 0755, inf, e, !!str 7]");
  ASSERT_TRUE(found) << found.error().text();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Json expected = {nullptr, nullptr, true,     false,     "yes",  12,   -3,      4,   18446744073709551615u,
                         1.5,     -2e3,    infinity, -infinity, "true", "12", "1.2.3", 755, "inf",
                         "e",     "7"};
  ASSERT_EQ(found->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ((*found)[i], expected[i]) << i;
}

TEST(ConfigYaml, AnEmptyDocumentIsTheDefault) {
  EXPECT_TRUE(decode("")->is_null());
  EXPECT_TRUE(decode("# nothing\n")->is_null());
  EXPECT_TRUE(decode("---\n...\n")->is_null());
}

TEST(ConfigYaml, HostileTextIsRefused) {
  const std::string deep(100'000, '[');
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (const std::string name : {"b", "c", "d", "e"}) laughs += name + ": &" + name + " [*a,*a,*a,*a]\n";
  EXPECT_EQ(decode(deep).error().kind, ErrorKind::limit);
  EXPECT_EQ(decode(laughs).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode("a: *b").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode(std::string((1 << 20) + 1, ' ')).error().kind, ErrorKind::limit);
  EXPECT_EQ(decode("a: 1\na: 2\n").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode("? [a]\n: 1\n").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode("a: 1\n--- \nb: 2\n").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode("a: \"\xff\"").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decode("a: {").error().kind, ErrorKind::corrupt);
}

TEST(ConfigYaml, ManyKeysTakeNoQuadraticTime) {
  std::string text;
  for (int i = 0; text.size() < (1 << 20) - 16; ++i) text += std::to_string(i) + ":\n";
  EXPECT_GT(decode(text)->size(), 100'000u);
}

TEST(ConfigYaml, EveryCutIsReadOrRefused) {
  int refused = 0;
  for (std::size_t size = 0; size < official.size(); ++size) {
    const auto found = decode(official.substr(0, size));
    if (found) continue;
    EXPECT_EQ(found.error().kind, ErrorKind::corrupt);
    ++refused;
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace vdp::icechunk
