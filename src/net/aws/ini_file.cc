#include "net/aws/ini_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp::aws {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return lowered;
}

/// [profile "my team"] is the section "profile my team".
std::string section_name(std::string_view bracketed) {
  std::string name;
  for (const char c : trim(bracketed)) {
    if (c == '"' || c == '\'') continue;
    const bool is_blank = blanks.find(c) != blanks.npos;
    if (is_blank && name.ends_with(' ')) continue;
    name += is_blank ? ' ' : c;
  }
  return name;
}

class Parser {
 public:
  Result<IniFile> parse(std::string_view text) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      ++line_number_;
      VDP_TRY(take_line(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    return std::move(file_);
  }

 private:
  Failure wrong(std::string_view what) const { return corrupt(fmt::format("line {}: {}", line_number_, what)); }

  Status take_line(std::string_view line) {
    const std::string_view content = trim(line);
    if (content.empty() || content.starts_with('#') || content.starts_with(';')) return {};
    const std::size_t indent = line.find_first_not_of(blanks);
    if (has_setting_ && indent > setting_indent_) return {};
    if (content.starts_with('[')) return open_section(content);
    if (section_ == nullptr) return wrong("a setting before the first [section]");
    has_setting_ = true;
    setting_indent_ = indent;
    return take_setting(content);
  }

  Status open_section(std::string_view content) {
    const std::size_t end = content.find(']');
    if (end == content.npos) return wrong("'[' without ']'");
    section_ = &file_[section_name(content.substr(1, end - 1))];
    has_setting_ = false;
    return {};
  }

  Status take_setting(std::string_view content) {
    const std::size_t separator = content.find_first_of("=:");
    if (separator == content.npos || separator == 0) return wrong("not NAME = VALUE");
    std::string name = lower(trim(content.substr(0, separator)));
    Secret value{std::string(trim(content.substr(separator + 1)))};
    if (!section_->try_emplace(std::move(name), std::move(value)).second) return wrong("a setting for the second time");
    return {};
  }

  IniFile file_;
  IniSection* section_ = nullptr;
  bool has_setting_ = false;
  std::size_t setting_indent_ = 0;
  int line_number_ = 0;
};

}  // namespace

Result<IniFile> parse_ini(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark of some editors
  return Parser().parse(text);
}

}  // namespace vdp::aws
