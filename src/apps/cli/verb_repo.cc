// vdp repo log|refs|cat: any Icechunk repository by its URL.
#include <fmt/format.h>

#include <cstdio>

#include "apps/cli/access_options.h"
#include "apps/cli/node_values.h"
#include "apps/cli/verb.h"
#include "dataset/locations.h"
#include "icechunk/repo/repository.h"
#include "pipeline/authorized_reader.h"
#include "store/open_store.h"

namespace vdp::cli {
namespace {

struct Options {
  OutputOptions output;
  std::string url;
  std::string ref = "main";
  std::size_t limit = SIZE_MAX;
  std::string node = "/";
  bool bytes = false;
  bool operations = false;
  std::vector<std::string> authorized;
  AccessOptions access;
};

Result<icechunk::Repository> open_repository(const Options& options) {
  VDP_TRY(dataset::check_location(options.url));
  VDP_ASSIGN(auto store, open_store(options.url, options.access.access()));
  VDP_ASSIGN_IN(options.url, auto repository, icechunk::Repository::open(std::move(store)));
  return repository;
}

/// A branch, a tag or a snapshot id: the first of these that there is.
Result<icechunk::Revision> find_revision(const icechunk::Repository& repository, const std::string& name) {
  VDP_ASSIGN(const auto refs, repository.refs());
  if (refs.branches.contains(name)) return icechunk::Branch{name};
  if (refs.tags.contains(name)) return icechunk::Tag{name};
  if (auto id = icechunk::SnapshotId::parse(name)) return *id;
  return not_found(fmt::format("no branch, tag or snapshot \"{}\"", name));
}

Json summary_json(const icechunk::SnapshotSummary& summary) {
  return {{"id", summary.id.text()},
          {"parent", summary.parent ? Json(summary.parent->text()) : Json()},
          {"flushed_at", format_timestamp(summary.flushed_at_us)},
          {"message", summary.message},
          {"metadata", summary.metadata}};
}

Status log_operations(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto operations, repository.operations(options.limit));
  Json list = Json::array();
  for (const auto& operation : operations) {
    if (options.output.json) {
      list.push_back(
          {{"updated_at", format_timestamp(operation.updated_at_us)}, {"description", operation.description}});
    } else {
      fmt::print("{}  {}\n", format_timestamp(operation.updated_at_us), operation.description);
    }
  }
  if (options.output.json) print_json({{"operations", std::move(list)}});
  return {};
}

Status log_history(const Options& options, const icechunk::Repository& repository) {
  if (options.operations) return log_operations(options, repository);
  VDP_ASSIGN(const auto revision, find_revision(repository, options.ref));
  VDP_ASSIGN(const auto history, repository.history(revision, options.limit));
  Json list = Json::array();
  for (const auto& summary : history) {
    if (options.output.json) {
      list.push_back(summary_json(summary));
    } else {
      fmt::print("{}  {}  {}\n", summary.id.text(), format_timestamp(summary.flushed_at_us), summary.message);
    }
  }
  if (options.output.json) print_json({{"history", std::move(list)}});
  return {};
}

template <typename Names>
Json names_json(const Names& names) {
  Json json = Json::object();
  for (const auto& [name, id] : names) json[name] = id.text();
  return json;
}

Status show_refs(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto refs, repository.refs());
  if (options.output.json) {
    Json deleted = Json::array();
    for (const auto& [name, id] : refs.deleted_tags) deleted.push_back(name);
    print_json({{"branches", names_json(refs.branches)}, {"tags", names_json(refs.tags)}, {"deleted_tags", deleted}});
    return {};
  }
  for (const auto& [name, id] : refs.branches) fmt::print("branch  {}  {}\n", id.text(), name);
  for (const auto& [name, id] : refs.tags) fmt::print("tag     {}  {}\n", id.text(), name);
  for (const auto& [name, id] : refs.deleted_tags) fmt::print("deleted tag  {}\n", name);
  return {};
}

Status cat_bytes(const Options& options, const icechunk::Repository& repository, const icechunk::Session& session) {
  VDP_ASSIGN(const auto config, repository.config());
  std::vector<AuthorizedPrefix> prefixes;
  for (const std::string& prefix : options.authorized) {
    VDP_TRY(dataset::check_location(prefix));
    prefixes.push_back({prefix, options.access.access()});
  }
  VDP_ASSIGN(const auto reader, authorized_reader(config, prefixes));
  VDP_ASSIGN(const Bytes bytes, read_node(session, options.node, reader));
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() || std::fflush(stdout) != 0) {
    return fail(ErrorKind::internal, "standard output cannot be written");
  }
  return {};
}

Status cat_group(const Options& options, const icechunk::Session& session, const Json& metadata) {
  const std::string below = options.node == "/" ? "/" : options.node + "/";
  Json nodes = Json::array();
  for (const auto& node : session.nodes()) {
    if (node.path != "/" && node.path.starts_with(below)) {
      nodes.push_back({{"path", node.path}, {"kind", node.kind == icechunk::NodeKind::array ? "array" : "group"}});
    }
  }
  print_json({{"path", options.node}, {"kind", "group"}, {"metadata", metadata}, {"nodes", std::move(nodes)}});
  return {};
}

Status cat_array(const Options& options, const icechunk::Session& session, const Json& metadata) {
  VDP_ASSIGN(const auto array, session.array_metadata(options.node));
  std::uint64_t inlined = 0;
  std::uint64_t native = 0;
  std::uint64_t referred = 0;
  VDP_TRY(session.for_each_ref(options.node, icechunk::ChunkBox::whole(array.grid_shape()),
                               [&](const icechunk::ChunkRefView& ref) {
                                 switch (ref.kind) {
                                   case icechunk::ChunkRefKind::inlined:
                                     ++inlined;
                                     break;
                                   case icechunk::ChunkRefKind::native:
                                     ++native;
                                     break;
                                   case icechunk::ChunkRefKind::virtual_:
                                     ++referred;
                                     break;
                                   case icechunk::ChunkRefKind::missing:
                                     break;
                                 }
                               }));
  print_json({{"path", options.node},
              {"kind", "array"},
              {"metadata", metadata},
              {"chunks", {{"inline", inlined}, {"native", native}, {"virtual", referred}}}});
  return {};
}

Status cat(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto revision, find_revision(repository, options.ref));
  VDP_ASSIGN(const auto session, repository.readonly_session(revision));
  const auto kind = session.kind(options.node);
  if (!kind) return not_found(fmt::format("no node \"{}\" at {}", options.node, icechunk::describe(revision)));
  if (options.bytes && *kind != icechunk::NodeKind::array) {
    return invalid(fmt::format("\"{}\" is a group, and has no values", options.node));
  }
  if (options.bytes) return cat_bytes(options, repository, session);
  VDP_ASSIGN(const std::string text, session.zarr_json(options.node));
  VDP_ASSIGN_IN(options.node, const Json metadata, parse_json(text));
  return *kind == icechunk::NodeKind::array ? cat_array(options, session, metadata)
                                            : cat_group(options, session, metadata);
}

using Question = Status (*)(const Options&, const icechunk::Repository&);

CLI::App* add_question(CLI::App& repo, Action& action, const std::shared_ptr<Options>& options, const char* name,
                       const char* description, Question question) {
  auto* verb = repo.add_subcommand(name, description);
  verb->add_option("url", options->url, "the repository: URL or path")->required();
  add_access_options(*verb, options->access);
  add_output_options(*verb, options->output);
  verb->callback([options, &action, question] {
    action = [options, question] {
      const auto repository = open_repository(*options);
      const Status answered = repository ? question(*options, *repository) : std::unexpected(repository.error());
      return answered ? int{exit_done} : report_error(answered.error(), options->output);
    };
  });
  return verb;
}

}  // namespace

void add_repo(CLI::App& program, Action& action) {
  auto* repo = program.add_subcommand("repo", "any Icechunk repository by its URL");
  repo->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* log = add_question(*repo, action, options, "log", "the history of a branch, tag or snapshot", log_history);
  log->add_option("--ref", options->ref, "branch, tag or snapshot")->capture_default_str();
  log->add_option("--limit", options->limit, "how many lines at most");
  log->add_flag("--operations", options->operations, "the repository's operations log instead");
  add_question(*repo, action, options, "refs", "branches and tags", show_refs);
  auto* cat_verb = add_question(*repo, action, options, "cat", "a node's metadata, or its values", cat);
  cat_verb->add_option("node", options->node, "absolute path of a group or an array")->capture_default_str();
  cat_verb->add_option("--ref", options->ref, "branch, tag or snapshot")->capture_default_str();
  cat_verb->add_flag("--bytes", options->bytes, "the decoded values: little-endian, C order");
  cat_verb->add_option("--authorize", options->authorized, "URL prefix below which virtual chunks may be read");
  add_repo_upkeep(*repo, action);
}

}  // namespace vdp::cli
