#include "net/netrc.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The words of the file, one after the other.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  /// Nothing at the end of the file.
  Result<std::optional<Secret>> next() {
    skip_blanks_and_comments();
    if (rest_.empty()) return std::nullopt;
    word_line_ = line_;
    if (rest_.front() == '"') return quoted();
    const std::size_t end = std::min(rest_.find_first_of(blanks), rest_.size());
    Secret word{std::string(rest_.substr(0, end))};
    take(end);
    return word;
  }

  /// A macro ends where a line is empty.
  void skip_macro() {
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      const bool is_empty = rest_.substr(0, end).find_first_not_of(blanks) == std::string_view::npos;
      const bool is_first = line_ == word_line_;
      take(std::min(end + 1, rest_.size()));
      if (is_empty && !is_first) return;
    }
  }

  Failure wrong(std::string_view what) const { return corrupt(fmt::format("line {}: {}", word_line_, what)); }

 private:
  void take(std::size_t count) {
    line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, count), '\n'));
    rest_.remove_prefix(count);
  }

  void skip_blanks_and_comments() {
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        take(std::min(rest_.find('\n'), rest_.size()));
      } else if (blanks.find(rest_.front()) != std::string_view::npos) {
        take(1);
      } else {
        return;
      }
    }
  }

  Result<std::optional<Secret>> quoted() {
    std::string word;
    for (std::size_t i = 1; i < rest_.size() && rest_[i] != '\n'; ++i) {
      if (rest_[i] == '"') {
        take(i + 1);
        return Secret(std::move(word));
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      word += rest_[i];
    }
    return wrong("a quote without its end");
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t word_line_ = 1;
};

/// Reads the file to its end, so that what is wrong with it is told whatever is looked for.
class Search {
 public:
  Search(std::string_view text, std::string_view machine) : words_(text), machine_(machine) {}

  Result<std::optional<NetrcLogin>> run() {
    while (true) {
      VDP_ASSIGN(const auto word, words_.next());
      if (!word) break;
      VDP_TRY(take(word->reveal()));
    }
    end_entry();
    return found_ ? std::move(found_) : std::move(fallback_);
  }

 private:
  enum class Entry { none, wanted, other, fallback };

  Status take(const std::string& word) {
    if (word == "machine") return begin_machine();
    if (word == "default") {
      begin(Entry::fallback);
      return {};
    }
    if (word == "login") return take_value(login_.user);
    if (word == "password") return take_value(login_.password);
    if (word == "account") return take_value(ignored_);
    if (word != "macdef") return words_.wrong("none of machine, default, login, password, account and macdef");
    words_.skip_macro();
    return {};
  }

  Status begin_machine() {
    begin(Entry::other);
    Secret name;
    VDP_TRY(take_value(name));
    if (name.reveal() == machine_) entry_ = Entry::wanted;
    return {};
  }

  void begin(Entry entry) {
    end_entry();
    entry_ = entry;
  }

  Status take_value(Secret& value) {
    if (entry_ == Entry::none) return words_.wrong("a value before the first machine");
    VDP_ASSIGN(auto word, words_.next());
    if (!word) return words_.wrong("the last value is missing");
    value = std::move(*word);
    return {};
  }

  void end_entry() {
    std::optional<NetrcLogin>& place = entry_ == Entry::fallback ? fallback_ : found_;
    const bool counts = entry_ == Entry::wanted || entry_ == Entry::fallback;
    if (counts && !place) place = std::move(login_);
    login_ = {};
  }

  Words words_;
  std::string_view machine_;
  Entry entry_ = Entry::none;
  NetrcLogin login_;
  Secret ignored_;
  std::optional<NetrcLogin> found_;
  std::optional<NetrcLogin> fallback_;
};

}  // namespace

Result<std::optional<NetrcLogin>> find_netrc_login(std::string_view text, std::string_view machine) {
  return Search(text, machine).run();
}

}  // namespace vdp
