// Puts $NAME and {parameter} into the texts of a document.
#pragma once

#include <string>
#include <string_view>

#include "dataset/findings.h"
#include "dataset/toml.h"

namespace vdp::dataset {

/// What `{...}` means where it is no parameter.
enum class Braces { of_parameters, of_patterns };

class Substitution {
 public:
  explicit Substitution(EnvironmentLookup environment) : environment_(std::move(environment)) {}

  /// The values of the file's [params]: defaults, `given` ones, and what their choices derive.
  void read_params(const toml::table& document, const Params& given, Findings& findings);
  const Params& params() const { return params_; }

  /// `$NAME`, `${NAME}` and `{parameter}` replaced; `$$` is a dollar sign. What was put in is not looked at again.
  Result<std::string> apply(std::string_view text, Braces braces) const;

  /// All texts of the document but those of [params].
  void apply_to(toml::table& document, Findings& findings) const;

 private:
  void read_param(const std::string& name, const toml::node& node, const Params& given, Findings& findings);
  void read_choices(const std::string& name, const toml::node& choices, const std::string& value, Findings& findings);
  void define(const std::string& name, std::string value, std::uint32_t line, Findings& findings);
  void apply_to_node(const std::string& key, toml::node& node, Findings& findings) const;

  EnvironmentLookup environment_;
  Params params_;
};

}  // namespace vdp::dataset
