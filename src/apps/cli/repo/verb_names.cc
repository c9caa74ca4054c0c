// vdp repo branches|tags: the names of snapshots, and what is done with them.
#include <fmt/format.h>

#include "apps/cli/repo/repository_verb.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string name;
  std::string at;        ///< of create
  std::string to;        ///< of reset
  std::string expected;  ///< of reset; may be empty
  bool dry_run = false;
};

// ---- Lists ----

Json names_json(const std::map<std::string, icechunk::SnapshotId>& names) {
  Json json = Json::object();
  for (const auto& [name, id] : names) json[name] = id.text();
  return json;
}

void print_names(const std::map<std::string, icechunk::SnapshotId>& names) {
  for (const auto& [name, id] : names) fmt::print("{}  {}\n", id.text(), name);
}

Status list_branches(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto refs, repository.refs());
  if (options.output.json) {
    print_json({{"branches", names_json(refs.branches)}});
  } else {
    print_names(refs.branches);
  }
  return {};
}

Status list_tags(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto refs, repository.refs());
  if (!options.output.json) {
    print_names(refs.tags);
    for (const auto& [name, id] : refs.deleted_tags) fmt::print("deleted, was {}  {}\n", id ? id->text() : "?", name);
    return {};
  }
  Json deleted = Json::object();
  for (const auto& [name, id] : refs.deleted_tags) deleted[name] = id ? Json(id->text()) : Json();
  print_json({{"tags", names_json(refs.tags)}, {"deleted_tags", std::move(deleted)}});
  return {};
}

// ---- Changes ----

/// What a name was and is. `before` or `after` is missing where there was or is none.
struct Change {
  const char* kind;  ///< "branch", "tag"
  std::string name;
  std::optional<icechunk::SnapshotId> before;
  std::optional<icechunk::SnapshotId> after;
};

Json id_json(const std::optional<icechunk::SnapshotId>& id) { return id ? Json(id->text()) : Json(); }

void tell(const Options& options, const Change& change) {
  if (options.output.json) {
    print_json({{change.kind, change.name},
                {"dry_run", options.dry_run},
                {"before", id_json(change.before)},
                {"after", id_json(change.after)}});
    return;
  }
  const auto text = [](const auto& id) { return id ? id->text() : std::string("nothing"); };
  fmt::print("{} {}: {} -> {}{}\n", change.kind, change.name, text(change.before), text(change.after),
             options.dry_run ? " (not done: --dry-run)" : "");
  fmt::print("next: vdp repo {} {}\n", change.kind == std::string_view("tag") ? "tags" : "branches", options.url);
}

using Names = std::map<std::string, icechunk::SnapshotId>;

Result<icechunk::SnapshotId> present(const Names& names, const char* kind, const std::string& name) {
  const auto found = names.find(name);
  if (found == names.end()) return not_found(fmt::format("no {} {}", kind, name));
  return found->second;
}

Status check_free(const Names& names, const char* kind, const std::string& name) {
  return names.contains(name) ? Status(conflict(fmt::format("{} {} exists already", kind, name))) : Status();
}

/// Does `act`, or in a dry run asks only whether the repository can be written.
template <typename Act>
Status change(const Options& options, const icechunk::Repository& repository, Act&& act) {
  return options.dry_run ? repository.writable() : act();
}

Status create_branch(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  VDP_ASSIGN(const auto at, find_snapshot(repository, options.at));
  VDP_ASSIGN(const auto refs, repository.refs());
  VDP_TRY(check_free(refs.branches, "branch", options.name));
  VDP_TRY(change(options, repository, [&] { return repository.create_branch(options.name, at); }));
  tell(options, {"branch", options.name, std::nullopt, at});
  return {};
}

Status delete_branch(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  VDP_ASSIGN(const auto refs, repository.refs());
  VDP_ASSIGN(const auto tip, present(refs.branches, "branch", options.name));
  VDP_TRY(change(options, repository, [&] { return repository.delete_branch(options.name); }));
  tell(options, {"branch", options.name, tip, std::nullopt});
  return {};
}

Status reset_branch(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  VDP_ASSIGN(const auto refs, repository.refs());
  VDP_ASSIGN(const auto tip, present(refs.branches, "branch", options.name));
  VDP_ASSIGN(const auto to, find_snapshot(repository, options.to));
  // Without one, the tip that was just seen: what somebody commits meanwhile is never dropped unseen.
  auto expected = tip;
  if (!options.expected.empty()) {
    VDP_ASSIGN(expected, find_snapshot(repository, options.expected));
  }
  if (expected != tip) {
    return conflict(fmt::format("branch {} is at snapshot {}, expected {}", options.name, tip.text(), expected.text()));
  }
  VDP_TRY(change(options, repository, [&] { return repository.reset_branch(options.name, to, expected); }));
  tell(options, {"branch", options.name, tip, to});
  return {};
}

Status create_tag(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  VDP_ASSIGN(const auto at, find_snapshot(repository, options.at));
  VDP_ASSIGN(const auto refs, repository.refs());
  VDP_TRY(check_free(refs.tags, "tag", options.name));
  if (refs.deleted_tags.contains(options.name)) {
    return conflict(fmt::format("tag {} was deleted, its name is not free", options.name));
  }
  VDP_TRY(change(options, repository, [&] { return repository.create_tag(options.name, at); }));
  tell(options, {"tag", options.name, std::nullopt, at});
  return {};
}

Status delete_tag(const Options& options, const icechunk::Repository& opened) {
  icechunk::Repository repository = opened;
  VDP_ASSIGN(const auto refs, repository.refs());
  VDP_ASSIGN(const auto at, present(refs.tags, "tag", options.name));
  VDP_TRY(change(options, repository, [&] { return repository.delete_tag(options.name); }));
  tell(options, {"tag", options.name, at, std::nullopt});
  return {};
}

// ---- The command line ----

/// Adds what is done with a name: `vdp repo branches URL create NAME`.
CLI::App* add_change(CLI::App& names, Action& action, const std::shared_ptr<Options>& options, const char* name,
                     const char* description, Status (*run)(const Options&, const icechunk::Repository&)) {
  auto* verb = names.add_subcommand(name, description);
  // --json and what says how the store is reached belong to the verb above.
  verb->fallthrough();
  verb->add_option("name", options->name, "the name")->required();
  verb->add_flag("--dry-run", options->dry_run, "say what would be done, and do nothing");
  verb->final_callback([options, &action, run] { action = repository_action(options, run); });
  return verb;
}

}  // namespace

void add_repo_names(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  const std::string at_help = fmt::format("what it names: {}", revision_help);

  auto* branches = add_repository_verb(repo, action, options, "branches",
                                       "the branches, or URL create|delete|reset NAME", list_branches);
  branches->require_subcommand(0, 1);
  auto* create = add_change(*branches, action, options, "create", "a new branch", create_branch);
  create->add_option("--at", options->at, at_help)->required();
  add_change(*branches, action, options, "delete", "forget a branch; its snapshots stay until they are collected",
             delete_branch);
  auto* reset = add_change(*branches, action, options, "reset", "point a branch at another snapshot", reset_branch);
  reset->add_option("--to", options->to, at_help)->required();
  reset->add_option("--expected", options->expected, "what the branch must name now, or it is left alone");

  auto* tags = add_repository_verb(repo, action, options, "tags", "the tags, or URL create|delete NAME", list_tags);
  tags->require_subcommand(0, 1);
  auto* create_verb = add_change(*tags, action, options, "create", "a new tag", create_tag);
  create_verb->add_option("--at", options->at, at_help)->required();
  add_change(*tags, action, options, "delete", "forget a tag; its name is never free again", delete_tag);
}

}  // namespace vdp::cli
