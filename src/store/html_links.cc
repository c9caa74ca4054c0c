// Own code, because only tags are wanted: of Debian's parsers gumbo takes time in the square of the nesting (11 s for
// 100 KB of "<div>") and libxml2 loads 30 MB of Unicode tables. The states are those of the HTML standard's section
// 13.2.5, "Tokenization".
#include "store/html_links.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace vdp {
namespace {

constexpr std::string_view spaces = " \t\n\f\r";

/// Elements whose content is text up to their own end tag.
constexpr std::array<std::string_view, 8> text_elements = {"script", "style",  "textarea", "title",
                                                           "xmp",    "iframe", "noembed",  "noframes"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

void append_utf8(std::uint32_t code, std::string& text) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

/// "&amp;" without its '&' and ';', as the character that it is: those that servers write in links.
std::optional<std::uint32_t> referenced_character(std::string_view name) {
  constexpr std::pair<std::string_view, char> named[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, character] : named) {
    if (name == known) return static_cast<std::uint32_t>(character);
  }
  if (!name.starts_with('#')) return std::nullopt;
  const bool is_hexadecimal = name.size() > 1 && lower(name[1]) == 'x';
  const std::string_view digits = name.substr(is_hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), code, is_hexadecimal ? 16 : 10);
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (error != std::errc() || end != digits.end() || code == 0 || code > 0x10ffff || is_surrogate) return std::nullopt;
  return code;
}

std::string resolve_references(std::string_view text) {
  constexpr std::size_t longest_name = 10;
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&') {
      const std::size_t length = text.substr(at + 1, longest_name).find(';');
      const auto code =
          length == std::string_view::npos ? std::nullopt : referenced_character(text.substr(at + 1, length));
      if (code) {
        append_utf8(*code, result);
        at += length + 1;
        continue;
      }
    }
    result += text[at];
  }
  return result;
}

class LinkReader {
 public:
  explicit LinkReader(std::string_view page) : page_(page) {}

  std::vector<std::string> read() {
    while ((at_ = page_.find('<', at_)) != std::string_view::npos) {
      ++at_;
      if (rest().starts_with("!--")) {
        skip_past("-->", at_ + 1);  // "<!-->" is a whole comment
      } else if (at_ < page_.size() && is_letter(page_[at_])) {
        read_tag();
      } else if (!rest().empty() && (rest()[0] == '!' || rest()[0] == '?' || rest()[0] == '/')) {
        skip_past(">", at_);
      }
    }
    return std::move(links_);
  }

 private:
  std::string_view rest() const { return page_.substr(at_); }
  bool at_end() const { return at_ >= page_.size(); }

  void skip_past(std::string_view end, std::size_t from) {
    const std::size_t found = page_.find(end, from);
    at_ = found == std::string_view::npos ? page_.size() : found + end.size();
  }
  void skip_any(std::string_view characters) { at_ = std::min(page_.find_first_not_of(characters, at_), page_.size()); }
  std::string_view take_until(std::string_view characters) {
    const std::size_t begin = at_;
    at_ = std::min(page_.find_first_of(characters, at_), page_.size());
    return page_.substr(begin, at_ - begin);
  }

  void read_tag() {
    const std::string name = lower(take_until(" \t\n\f\r/>"));
    std::optional<std::string_view> href;
    while (true) {
      skip_any(" \t\n\f\r/");
      if (at_end()) return;  // a tag without its end is none
      if (page_[at_] == '>') break;
      const std::string attribute = lower(take_attribute_name());
      const std::string_view value = take_attribute_value();
      if (attribute == "href" && !href) href = value;  // of several the first one counts
    }
    ++at_;
    if (name == "a" && href) links_.push_back(resolve_references(*href));
    if (std::ranges::find(text_elements, name) != text_elements.end()) skip_text(name);
  }

  /// An '=' in the first place belongs to the name.
  std::string_view take_attribute_name() {
    const std::size_t begin = at_++;
    take_until(" \t\n\f\r/>=");
    return page_.substr(begin, at_ - begin);
  }

  std::string_view take_attribute_value() {
    skip_any(spaces);
    if (at_end() || page_[at_] != '=') return {};
    ++at_;
    skip_any(spaces);
    if (at_end() || page_[at_] == '>') return {};
    const char quote = page_[at_];
    if (quote != '"' && quote != '\'') return take_until(" \t\n\f\r>");
    ++at_;
    const std::string_view value = take_until(std::string_view(&quote, 1));
    if (!at_end()) ++at_;
    return value;
  }

  /// Behind the content of a text element: at its end tag.
  void skip_text(std::string_view name) {
    while ((at_ = page_.find("</", at_)) != std::string_view::npos) {
      at_ += 2;
      if (lower(rest().substr(0, name.size())) == name) return;
    }
    at_ = page_.size();
  }

  std::string_view page_;
  std::size_t at_ = 0;
  std::vector<std::string> links_;
};

}  // namespace

std::vector<std::string> html_links(std::string_view page) { return LinkReader(page).read(); }

}  // namespace vdp
