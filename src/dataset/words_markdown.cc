#include <fmt/format.h>

#include "dataset/words.h"

namespace vdp::dataset {
namespace {

constexpr std::string_view introduction = R"(# The dataset file

<!-- Made from the table of words in src/dataset/words.cc; a test compares the two. -->

A dataset is one TOML file, `dataset.toml`. It says where the granules are and what their names look like, which axis they
are placed on, and what becomes of differences. A word that is not in the tables below is an error that names the nearest
known one; a word that is planned is an error that says so. All findings are reported at once, with their lines.

## Example

```toml
[dataset]
name = "rain-{region}"

[params]
region = { default = "north", choices = { north = { tile = "n01" }, south = { tile = "s01" } } }

[store]
url = "$STORES/rain-{region}"

[source]
prefix = "archive/rain"
pattern = "{time:%Y/%j}/rain_{tile}_{time:%Y%m%dT%H%M}_{time+29m59s:%H%M%S}_{state:prelim|final}.nc"
identity = ["time"]
prefer = ["state=final"]
exclude = ["*_test.nc"]

[parse]
drop = ["time_bnds"]

[axis.time]
kind = "regular"
start = "1998-01-01"
step = "30m"
units = "minutes since 1998-01-01"
chunk = 17520

[coords]
static = ["lat", "lon"]

[attrs]
max = ["time_coverage_end"]

[forward]
other = "replace"
batch = 200
```

## Texts

- **Paths and URLs.** `store.url` and `source.prefix` are URLs (`file://`, `memory://`, ...) or paths; relative paths begin at
  the folder of the dataset file.
- **`$NAME`** or `${NAME}` in any text is a variable of the environment, else of the file `.env` beside the dataset file (lines
  `NAME=VALUE`). One that is set nowhere is an error. `$$` is a dollar sign.
- **`{name}`** in any text is a parameter of `[params]`. A parameter is a default text, or a table: `default`, and `choices`,
  which is a list of texts, or a table that gives further parameters with each choice (`{tile}` in the example). The command
  line sets parameters with `-D name=value`, so that one file serves several stores.
- **Durations** are whole numbers with `w d h m s ms us ns`: `30m`, `1d6h`, `29m59s`.
- **Times** are RFC 3339 (`2020-01-31T06:00:00Z`) or dates, in UTC and in the axis's calendar.

## The pattern

`source.pattern` describes the keys below the prefix. It is read in both directions: a key gives the values of its fields, and
the values give the key.

| field | stands for |
| --- | --- |
| `{time:%Y%m%d}` | a time. Directives: `%Y` and `%y` (year; two digits mean 1969 to 2068), `%m`, `%b` (`Jan`), `%d`, `%j` (day of the year), `%H`, `%M`, `%S`, `%1` to `%9` (that many digits of the second's fraction), `%f` (six), `%%` |
| `{time+29m59s:%H%M%S}` | the same time, moved by a duration; `-` moves it back |
| `{tile:re:h\d{2}}` | a text that an [RE2 expression](https://github.com/google/re2/wiki/Syntax) matches; a lone brace in it is written `\x7B` or `\x7D` |
| `{state:prelim\|final}` | one of several texts (with a plain `\|`); one of them may be empty |
| `{member:03d}` | a whole number with leading zeros, of just that width; `{member:d}` has none |
| `{minute_of_day:04d}` | a number that follows from the pattern's time: also `hour_of_day`, `second_of_day`, `day_of_year` |
| `*` | anything within a folder's or file's name; `**` also across folders. Such a pattern cannot make keys |

A time needs a year, and no gap below it; what is finer than its directives is zero, or the first. A field may appear
several times, and must then say the same thing everywhere: a key that contradicts itself is rejected by name. The field
with the name of an axis is the granule's place on it.
)";

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

// A '|' would end a table's cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string_view type_name(WordType type) {
  switch (type) {
    case WordType::text:
      return "text";
    case WordType::text_list:
      return "list of texts";
    case WordType::integer:
      return "whole number";
    case WordType::boolean:
      return "true, false";
    case WordType::duration:
      return "duration";
    case WordType::time:
      return "time";
    case WordType::table:
      return "table";
  }
  return "";
}

std::string values(const Word& word) {
  std::string ready;
  std::string planned;
  for (const Choice& choice : word.choices) {
    std::string& list = choice.status == WordStatus::implemented ? ready : planned;
    list += (list.empty() ? "" : ", ") +
            code(choice.value.ends_with(':') ? fmt::format("{}NAME", choice.value) : std::string(choice.value));
  }
  if (ready.empty()) return std::string(type_name(word.type));
  return planned.empty() ? ready : fmt::format("{}; planned: {}", ready, planned);
}

std::string title(std::string_view section) {
  if (section == "axis.*") return "[axis.NAME]";
  if (section == "era" || section == "group") return fmt::format("[[{}]]", section);
  return fmt::format("[{}]", section);
}

std::string row(const Word& word) {
  const std::string key = word.key == "*" ? "any" : code(word.key);
  const std::string_view mark = word.status == WordStatus::planned ? "*Planned.* " : "";
  return fmt::format("| {} | {} | {} | {}{} |\n", key, values(word),
                     word.default_text.empty() ? "–" : cell(word.default_text), mark, cell(word.meaning));
}

}  // namespace

std::string render_words_markdown() {
  std::string text(introduction);
  text += "\n## Words\n\nA planned word may be set to its default, and to nothing else.\n";
  for (const std::string& section : sections()) {
    text +=
        fmt::format("\n### `{}`\n\n| word | value | default | meaning |\n| --- | --- | --- | --- |\n", title(section));
    for (const Word& word : words()) {
      if (word.section == section) text += row(word);
    }
  }
  return text;
}

}  // namespace vdp::dataset
