#include "dataset/words.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "dataset/dataset_file.h"

namespace vdp::dataset {
namespace {

const std::string document_path = std::string(VDP_SOURCE_DIR) + "/docs/dataset-file.md";

TEST(Words, AreUniqueAndExplained) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Word& word : words()) {
    EXPECT_TRUE(seen.emplace(word.section, word.key).second) << word.section << "." << word.key;
    EXPECT_TRUE(word.meaning.ends_with('.')) << word.section << "." << word.key;
  }
  EXPECT_EQ(find_word("axis.time", "step")->section, "axis.*");
  EXPECT_EQ(find_word("source", "patern"), nullptr);
}

// VDP_UPDATE_DOCS=1 writes the document instead.
TEST(Words, TheDocumentIsMadeOfThem) {
  const std::string expected = render_words_markdown();
  if (std::getenv("VDP_UPDATE_DOCS") != nullptr) std::ofstream(document_path) << expected;
  std::ifstream file(document_path);
  ASSERT_TRUE(file) << document_path;
  std::ostringstream found;
  found << file.rdbuf();
  EXPECT_EQ(found.str(), expected) << "run this test with VDP_UPDATE_DOCS=1";
}

TEST(Words, TheDocumentsExampleLoads) {
  const std::string document = render_words_markdown();
  const auto begin = document.find("```toml\n") + 8;
  const std::string example = document.substr(begin, document.find("```", begin) - begin);
  const auto file =
      parse_dataset_file(example, "/data/rain/dataset.toml", {{"region", "south"}},
                         [](const std::string&) { return std::optional<std::string>("memory://stores"); });
  ASSERT_TRUE(file) << to_error("example", file.error()).text();
  EXPECT_EQ(file->store.url, "memory://stores/rain-south/");
  EXPECT_EQ(file->source.prefix, "file:///data/rain/archive/rain/");
  const auto match = file->source.pattern.match("2020/001/rain_s01_20200101T0030_005959_final.nc");
  EXPECT_EQ(match.kind, PatternMatch::Kind::matched) << match.reason;
}

}  // namespace
}  // namespace vdp::dataset
