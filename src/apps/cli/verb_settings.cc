// vdp settings: the settings of a deployment, where each comes from, and all that is wrong with them.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/cli/dataset_facts.h"
#include "apps/cli/verb.h"
#include "apps/settings/env_file.h"
#include "apps/settings/read_settings.h"

namespace vdp::cli {
namespace {

using settings::Setting;
using settings::SettingKind;
using settings::SettingsReport;

struct Options {
  OutputOptions output;
  std::string env_file = ".env";
  bool env_file_is_named = false;
};

/// The file's text; none where there is no such file, unless it was asked for by name.
Result<std::string> read_env_file(const Options& options) {
  std::ifstream file(options.env_file);
  if (!file && options.env_file_is_named) return invalid(fmt::format("{}: cannot be read", options.env_file));
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

SettingsReport read(const Options& options, const std::string& text) {
  // Paths begin at the folder of the file, as they do for the stack.
  const auto folder = std::filesystem::absolute(options.env_file).parent_path();
  const auto variables = settings::parse_env_file(text).values;
  const dataset::EnvironmentLookup lookup = [&](const std::string& name) {
    auto value = dataset::process_environment(name);
    const auto found = variables.find(name);
    if (!value && found != variables.end()) value = found->second;
    return value;
  };
  return settings::read_settings(
      {.environment = dataset::process_environment, .env_file = text, .read_dataset = [&](const std::string& path) {
         return read_dataset_facts((folder / path).string(), lookup);
       }});
}

Json value_json(const Setting& setting) {
  if (!setting.value) return nullptr;
  if (setting.row->secret) return "(not shown)";
  if (setting.row->kind == SettingKind::boolean) return *setting.value == "true";
  if (setting.row->kind == SettingKind::integer) return std::stoll(*setting.value);  // normalised: it is a number
  return *setting.value;
}

Json findings_json(const std::vector<settings::Finding>& findings) {
  Json list = Json::array();
  for (const auto& finding : findings) list.push_back({{"setting", finding.setting}, {"message", finding.message}});
  return list;
}

Json to_json(const SettingsReport& report) {
  Json values = Json::object();
  for (const Setting& setting : report.settings) {
    values[std::string(setting.row->name)] = {{"value", value_json(setting)}, {"origin", to_string(setting.origin)}};
  }
  return {{"settings", std::move(values)},
          {"findings", findings_json(report.findings)},
          {"notes", findings_json(report.notes)}};
}

void print(const SettingsReport& report) {
  for (const Setting& setting : report.settings) {
    const std::string value = setting.value ? (setting.row->secret ? "(not shown)" : *setting.value) : "-";
    fmt::print("{:<30} {:<12} {}\n", setting.row->name, to_string(setting.origin), value);
  }
  for (const auto& note : report.notes) fmt::print("note: {}\n", describe(note));
  for (const auto& finding : report.findings) fmt::print(stderr, "error: {}\n", describe(finding));
  if (report.findings.empty()) fmt::print("next: cd infra && npx cdk diff\n");
}

int show(const Options& options) {
  const auto text = read_env_file(options);
  if (!text) return report_error(text.error(), options.output);
  const SettingsReport report = read(options, *text);
  if (options.output.json) {
    print_json(to_json(report));
  } else {
    print(report);
  }
  return report.findings.empty() ? exit_done : exit_bad_usage;
}

}  // namespace

void add_settings(CLI::App& program, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("settings", "the settings of a deployment on AWS, and what is wrong with them");
  auto* file = verb->add_option("--env", options->env_file, "the file of settings")
                   ->envname("VDP_ENV_FILE")
                   ->capture_default_str();
  add_output_options(*verb, options->output);
  verb->callback([options, file, &action] {
    options->env_file_is_named = file->count() > 0;
    action = [options] { return show(*options); };
  });
}

}  // namespace vdp::cli
