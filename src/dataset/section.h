// Typed access to one section of a document. What has the wrong type reads as absent: check_words() has reported it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataset/findings.h"
#include "dataset/toml.h"

namespace vdp::dataset {

class Section {
 public:
  /// `table` may be null: the section is not there.
  Section(const toml::table* table, std::string name, Findings& findings)
      : table_(table), name_(std::move(name)), findings_(findings) {}

  /// The top-level section of a document.
  static Section of(const toml::table& document, const std::string& name, Findings& findings) {
    return {document[name].as_table(), name, findings};
  }

  bool has(std::string_view key) const { return table_ != nullptr && table_->contains(key); }
  const toml::table* table(std::string_view key) const;
  std::optional<std::string> text(std::string_view key) const;
  std::optional<std::vector<std::string>> texts(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  /// Of a time: as text, also where TOML has a date or date-time of its own.
  std::optional<std::string> time(std::string_view key) const;
  /// At least `least`; other numbers are reported.
  std::optional<std::uint64_t> count(std::string_view key, std::uint64_t least = 1);
  std::optional<Duration> duration(std::string_view key);
  /// A table of texts; other values are reported.
  std::map<std::string, std::string> text_table(std::string_view key);
  /// A table of lists of texts.
  std::map<std::string, std::vector<std::string>> texts_table(std::string_view key);
  /// A table of counts, each at least 1.
  std::map<std::string, std::uint64_t> count_table(std::string_view key);

  /// Reports something about a key of this section.
  void invalid(std::string_view key, std::string message);
  /// Takes the value, or reports the error under the key.
  template <typename T, typename Target>
  void take(std::string_view key, Result<T> result, Target& target) {
    if (result) {
      target = std::move(*result);
    } else {
      invalid(key, result.error().text());
    }
  }
  std::uint32_t line(std::string_view key) const;

 private:
  const toml::node* node(std::string_view key) const { return table_ == nullptr ? nullptr : table_->get(key); }

  const toml::table* table_;
  std::string name_;
  Findings& findings_;
};

/// The texts of a list that holds nothing else.
std::optional<std::vector<std::string>> texts_of(const toml::node& node);

}  // namespace vdp::dataset
