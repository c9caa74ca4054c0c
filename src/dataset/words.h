// The words of the dataset file: one table from which checking, defaults and the documentation follow.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vdp::dataset {

enum class WordType {
  text,
  text_list,
  integer,
  boolean,
  duration,  ///< text like "30m"
  time,      ///< text like "2020-01-01T00:00:00Z", or a TOML date or date-time
  table,     ///< keys of the user's own
};

enum class WordStatus { implemented, planned };

/// One of the values that a word can have.
struct Choice {
  std::string_view value;
  WordStatus status = WordStatus::implemented;
};

struct Word {
  std::string_view section;  ///< "source"; "axis.*" for the sections with a name of the user's own
  std::string_view key;      ///< "pattern"; "*" in sections whose keys are the user's own
  WordType type = WordType::text;
  std::string_view default_text;  ///< for the documentation; a planned word may be set to just this
  std::string_view meaning;       ///< one sentence or two
  WordStatus status = WordStatus::implemented;
  std::vector<Choice> choices = {};  ///< all values there are; empty: any. "attr:" stands for what begins with it
};

/// In the order of the documentation.
std::span<const Word> words();
/// Sections in order, each once.
std::vector<std::string> sections();
/// The word, with "axis.time" found under "axis.*".
const Word* find_word(std::string_view section, std::string_view key);

/// docs/dataset-file.md: all words, the pattern's grammar, parameters, substitution, an example.
std::string render_words_markdown();

}  // namespace vdp::dataset
