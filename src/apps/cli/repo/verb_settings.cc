// vdp repo status|metadata|config: what a repository says of itself.
#include <fmt/format.h>

#include "apps/cli/repo/repository_verb.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string availability;
  std::string reason;
  std::string metadata;
};

const std::map<std::string, icechunk::Availability>& availabilities() {
  static const std::map<std::string, icechunk::Availability> all = {
      {"online", icechunk::Availability::online},
      {"read-only", icechunk::Availability::read_only},
      {"offline", icechunk::Availability::offline},
  };
  return all;
}

std::string name_of(icechunk::Availability availability) {
  for (const auto& [name, value] : availabilities()) {
    if (value == availability) return name;
  }
  return "unknown";
}

// ---- Status ----

Status set_status(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  std::optional<std::string> reason;
  if (!options.reason.empty()) reason = options.reason;
  return repository.set_status(availabilities().at(options.availability), reason);
}

Status show_status(const Options& options, const icechunk::Repository& repository) {
  if (!options.availability.empty()) VDP_TRY(set_status(options, repository));
  VDP_ASSIGN(const auto status, repository.status());
  VDP_ASSIGN(const auto flags, repository.feature_flags());
  if (options.output.json) {
    Json flags_json = Json::object();
    for (const auto& [flag, enabled] : flags) flags_json[std::string(to_string(flag))] = enabled;
    print_json({{"format_version", repository.format_version()},
                {"availability", name_of(status.availability)},
                {"since", status.set_at_us == 0 ? Json() : Json(format_timestamp(status.set_at_us))},
                {"reason", status.reason ? Json(*status.reason) : Json()},
                {"features", std::move(flags_json)}});
    return {};
  }
  fmt::print("format version {}\n", repository.format_version());
  fmt::print("{}", name_of(status.availability));
  if (status.set_at_us != 0) fmt::print(" since {}", format_timestamp(status.set_at_us));
  fmt::print("{}\n", status.reason ? ": " + *status.reason : std::string());
  for (const auto& [flag, enabled] : flags) fmt::print("{}: {}\n", to_string(flag), enabled ? "on" : "off");
  return {};
}

// ---- Metadata and configuration ----

Status show_metadata(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  if (!options.metadata.empty()) {
    const auto object = parse_json(options.metadata);
    if (!object || !object->is_object()) {
      return invalid(fmt::format("--set: expected a JSON object, found {}", options.metadata));
    }
    VDP_TRY(repository.set_metadata(*object));
  }
  VDP_ASSIGN(const Json metadata, repository.metadata());
  print_json({{"metadata", metadata}});
  return {};
}

Status show_config(const Options&, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto config, repository.config());
  print_json({{"config", config.document()}});
  return {};
}

}  // namespace

void add_repo_settings(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* status = add_repository_verb(repo, action, options, "status",
                                     "format version, availability, features; may it be written to", show_status);
  std::vector<std::string> names;
  for (const auto& [name, value] : availabilities()) names.push_back(name);
  auto* set = status->add_option("--set", options->availability, "make it so")->check(CLI::IsMember(names));
  status->add_option("--reason", options->reason, "why, for those who find it closed")->needs(set);
  auto* metadata =
      add_repository_verb(repo, action, options, "metadata", "the repository's own metadata", show_metadata);
  metadata->add_option("--set", options->metadata, "a JSON object in its place");
  add_repository_verb(repo, action, options, "config", "the configuration that is stored", show_config);
}

}  // namespace vdp::cli
