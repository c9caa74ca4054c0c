#include "net/aws/xml_leaves.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace vdp::aws {
namespace {

constexpr std::size_t max_depth = 16;
constexpr std::size_t max_elements = 100;
constexpr std::size_t max_name = 64;
constexpr std::string_view blanks = " \t\r\n";

/// The names that AWS uses; XML allows far more.
bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ':';
  };
  return !name.empty() && name.size() <= max_name && std::ranges::all_of(name, fits);
}

class Reader {
 public:
  explicit Reader(std::string_view document) : rest_(document), size_(document.size()) {}

  Result<std::vector<XmlLeaf>> read() {
    skip_blanks();
    if (rest_.starts_with("<?xml ")) VDP_TRY(skip_past("?>"));
    while (true) {
      VDP_TRY(take_text());
      if (rest_.empty()) break;
      VDP_TRY(take_markup());
    }
    if (!open_.empty() || elements_ == 0) return wrong("the document ends too early");
    return std::move(leaves_);
  }

 private:
  struct Element {
    std::string name;
    bool has_children = false;
    std::string text;
  };

  Failure wrong(std::string_view what) const {
    return corrupt(fmt::format("XML, at byte {}: {}", size_ - rest_.size(), what));
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

  Status skip_past(std::string_view end) {
    const std::size_t found = rest_.find(end);
    if (found == rest_.npos) return wrong(fmt::format("no {} follows", end));
    rest_.remove_prefix(found + end.size());
    return {};
  }

  Status take_text() {
    const std::string_view raw = rest_.substr(0, rest_.find('<'));
    if (open_.empty()) {
      if (raw.find_first_not_of(blanks) != raw.npos) return wrong("text outside of the root element");
    } else {
      VDP_TRY(append_decoded(raw, open_.back().text));
    }
    rest_.remove_prefix(raw.size());
    return {};
  }

  /// The five entities that XML has by itself. References to characters stand in none of the fields that are read.
  Status append_decoded(std::string_view raw, std::string& to) const {
    constexpr std::array<std::pair<std::string_view, char>, 5> entities = {
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    while (!raw.empty()) {
      const auto entity = std::ranges::find_if(entities, [&](const auto& one) { return raw.starts_with(one.first); });
      if (entity != entities.end()) {
        to += entity->second;
        raw.remove_prefix(entity->first.size());
        continue;
      }
      if (raw.starts_with('&')) return wrong("an entity that is not known");
      to += raw.front();
      raw.remove_prefix(1);
    }
    return {};
  }

  Status take_markup() {
    if (rest_.starts_with("<!--")) return skip_past("-->");
    if (rest_.starts_with("<!") || rest_.starts_with("<?")) {
      return unsupported("XML with a document type, CDATA or processing instructions");
    }
    return rest_.starts_with("</") ? close() : open();
  }

  Status open() {
    rest_.remove_prefix(1);
    const std::string_view name = rest_.substr(0, rest_.find_first_of(" \t\r\n/>"));
    if (!is_name(name)) return wrong("not the name of an element");
    if (open_.empty() && elements_ > 0) return wrong("a second root element");
    if (open_.size() == max_depth || ++elements_ > max_elements) {
      return over_limit(fmt::format("XML of more than {} levels or {} elements", max_depth, max_elements));
    }
    rest_.remove_prefix(name.size());
    VDP_TRY(skip_attributes());
    if (!open_.empty()) open_.back().has_children = true;
    open_.push_back({std::string(name), false, {}});
    const bool is_empty = rest_.starts_with('/');
    if (is_empty) rest_.remove_prefix(1);
    if (!rest_.starts_with('>')) return wrong("'>' is missing");
    rest_.remove_prefix(1);
    if (is_empty) finish();
    return {};
  }

  /// NAME="VALUE", which may hold '>' and '/'.
  Status skip_attributes() {
    while (true) {
      const std::size_t before = rest_.size();
      skip_blanks();
      if (rest_.empty() || rest_.starts_with('>') || rest_.starts_with('/')) return {};
      if (rest_.size() == before) return wrong("an attribute without a blank before it");
      const std::string_view name = rest_.substr(0, rest_.find('='));
      if (!is_name(name)) return wrong("not the name of an attribute");
      rest_.remove_prefix(std::min(name.size() + 1, rest_.size()));
      if (!rest_.starts_with('"') && !rest_.starts_with('\'')) return wrong("an attribute's value without quotes");
      const std::string_view quote = rest_.substr(0, 1);
      rest_.remove_prefix(1);
      VDP_TRY(skip_past(quote));
    }
  }

  Status close() {
    rest_.remove_prefix(2);
    const std::size_t end = rest_.find('>');
    if (end == rest_.npos) return wrong("'>' is missing");
    std::string_view name = rest_.substr(0, end);
    name = name.substr(0, name.find_last_not_of(blanks) + 1);
    if (open_.empty() || open_.back().name != name) return wrong("the end of an element that is not open");
    rest_.remove_prefix(end + 1);
    finish();
    return {};
  }

  void finish() {
    if (!open_.back().has_children) {
      std::string path;
      for (const Element& element : open_) path.append(path.empty() ? "" : "/").append(element.name);
      leaves_.emplace_back(std::move(path), Secret(std::move(open_.back().text)));
    }
    open_.pop_back();
  }

  std::string_view rest_;
  std::size_t size_;
  std::vector<Element> open_;
  std::vector<XmlLeaf> leaves_;
  std::size_t elements_ = 0;
};

}  // namespace

Result<std::vector<XmlLeaf>> xml_leaves(std::string_view document) { return Reader(document).read(); }

}  // namespace vdp::aws
