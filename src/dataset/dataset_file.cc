#include "dataset/dataset_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "dataset/environment.h"
#include "dataset/findings.h"
#include "dataset/locations.h"
#include "dataset/readers.h"
#include "dataset/substitution.h"
#include "dataset/toml.h"
#include "dataset/word_check.h"

namespace vdp::dataset {
namespace {

Finding whole_file(Finding::Kind kind, std::uint32_t line, std::string message) {
  return {kind, "", line, std::move(message)};
}

std::expected<toml::table, Finding> parse_toml(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        whole_file(Finding::Kind::syntax, error.source().begin.line, std::string(error.description())));
  }
}

/// Before names are substituted: what the file says there may name a variable that is set nowhere.
void set_store_url(toml::table& document, const std::string& url) {
  const auto [store, is_new] = document.emplace("store", toml::table());
  if (toml::table* section = store->second.as_table()) section->insert_or_assign("url", url);
}

DatasetFile read_document(const toml::table& document, DatasetFile file, Findings& findings) {
  read_identity(document, file, findings);
  read_store(document, file, findings);
  read_axes(document, file, findings);
  read_source(document, file, findings);
  settle_axis_source(document, file, findings);
  read_parse(document, file, findings);
  read_coords(document, file, findings);
  read_attributes(document, file, findings);
  read_checks(document, file, findings);
  read_forward(document, file, findings);
  read_verify(document, file, findings);
  read_backfill(document, file, findings);
  read_gc(document, file, findings);
  read_manifest(document, file, findings);
  return file;
}

}  // namespace

std::expected<DatasetFile, std::vector<Finding>> parse_dataset_file(std::string_view text, const std::string& path,
                                                                    const Params& params,
                                                                    const EnvironmentLookup& environment,
                                                                    const std::optional<std::string>& store_url) {
  DatasetFile file;
  file.path = absolute_path(path);
  file.folder = std::filesystem::path(file.path).parent_path().string();
  if (!file.folder.ends_with('/')) file.folder += '/';

  auto document = parse_toml(text);
  if (!document) return std::unexpected(std::vector{document.error()});
  if (store_url) set_store_url(*document, *store_url);
  Findings findings;
  auto lookup = with_env_file(environment, file.folder);
  if (!lookup) findings.invalid("", 0, lookup.error().text());
  Substitution substitution(lookup.value_or(environment));
  substitution.read_params(*document, params, findings);
  substitution.apply_to(*document, findings);
  file.params = substitution.params();
  check_words(*document, findings);
  file = read_document(*document, std::move(file), findings);
  if (!findings.empty()) return std::unexpected(findings.take());
  return file;
}

std::expected<DatasetFile, std::vector<Finding>> load_dataset_file(const std::string& path, const Params& params,
                                                                   const EnvironmentLookup& environment,
                                                                   const std::optional<std::string>& store_url) {
  const auto refuse = [](std::string message) {
    return std::unexpected(std::vector{whole_file(Finding::Kind::invalid, 0, std::move(message))});
  };
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return refuse(fmt::format("there is no file '{}'", path));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return refuse(fmt::format("'{}' cannot be read", path));
  return parse_dataset_file(text.str(), path, params, environment, store_url);
}

}  // namespace vdp::dataset
