// vdp repo cat: a node at a revision, or an object by its key.
#include <fmt/format.h>

#include <cstdio>

#include "apps/cli/node_values.h"
#include "apps/cli/repo/repository_verb.h"
#include "dataset/locations.h"
#include "icechunk/repo/find_revision.h"
#include "icechunk/upkeep/inspect.h"
#include "pipeline/authorized_reader.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string what = "/";
  std::string ref = default_revision;
  bool bytes = false;
  bool payload = false;
  std::vector<std::string> authorized;
  std::size_t limit = icechunk::ObjectJsonLimits().list_items;
};

Status write_out(const Bytes& bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() || std::fflush(stdout) != 0) {
    return fail(ErrorKind::internal, "standard output cannot be written");
  }
  return {};
}

// ---- Nodes ----

Status cat_values(const Options& options, const icechunk::Repository& repository, const icechunk::Session& session) {
  VDP_ASSIGN(const auto config, repository.config());
  std::vector<AuthorizedPrefix> prefixes;
  for (const std::string& prefix : options.authorized) {
    VDP_TRY(dataset::check_location(prefix));
    prefixes.push_back({prefix, options.access.access()});
  }
  VDP_ASSIGN(const auto reader, authorized_reader(config, prefixes));
  VDP_ASSIGN(const Bytes bytes, read_node(session, options.what, reader));
  return write_out(bytes);
}

Status cat_group(const Options& options, const icechunk::Session& session, const Json& metadata) {
  const std::string below = options.what == "/" ? "/" : options.what + "/";
  Json nodes = Json::array();
  for (const auto& node : session.nodes()) {
    if (node.path != "/" && node.path.starts_with(below)) {
      nodes.push_back({{"path", node.path}, {"kind", node.kind == icechunk::NodeKind::array ? "array" : "group"}});
    }
  }
  print_json({{"path", options.what}, {"kind", "group"}, {"metadata", metadata}, {"nodes", std::move(nodes)}});
  return {};
}

Status cat_array(const Options& options, const icechunk::Session& session, const Json& metadata) {
  VDP_ASSIGN(const auto array, session.gridded_array(options.what));
  const auto grid = array.chunks.grid_shape(array.metadata.shape);
  std::uint64_t inlined = 0;
  std::uint64_t native = 0;
  std::uint64_t referred = 0;
  VDP_TRY(session.for_each_ref(options.what, icechunk::ChunkBox::whole(grid), [&](const icechunk::ChunkRefView& ref) {
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
  print_json({{"path", options.what},
              {"kind", "array"},
              {"metadata", metadata},
              {"chunks", {{"inline", inlined}, {"native", native}, {"virtual", referred}}}});
  return {};
}

Status cat_node(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto revision, icechunk::find_revision(repository, options.ref));
  VDP_ASSIGN(const auto session, repository.readonly_session(revision));
  const auto kind = session.kind(options.what);
  if (!kind) return not_found(fmt::format("no node \"{}\" at {}", options.what, icechunk::describe(revision)));
  if (options.bytes && *kind != icechunk::NodeKind::array) {
    return invalid(fmt::format("\"{}\" is a group, and has no values", options.what));
  }
  if (options.bytes) return cat_values(options, repository, session);
  VDP_ASSIGN(const std::string text, session.zarr_json(options.what));
  VDP_ASSIGN_IN(options.what, const Json metadata, parse_json(text));
  return *kind == icechunk::NodeKind::array ? cat_array(options, session, metadata)
                                            : cat_group(options, session, metadata);
}

// ---- Objects ----

/// The repository is not opened: what is wrong with it can be looked at, too.
Status cat_object(const Options& options) {
  if (options.bytes) return invalid("--bytes is for arrays, whose paths begin with '/'; --payload for objects");
  VDP_ASSIGN(const auto store, open_repository_store(options));
  if (options.payload) {
    VDP_ASSIGN(const Bytes payload, icechunk::object_payload(*store, options.what));
    return write_out(payload);
  }
  icechunk::ObjectJsonLimits limits;
  limits.list_items = options.limit;
  VDP_ASSIGN(const Json object, icechunk::inspect_object(*store, options.what, limits));
  print_json(object);
  return {};
}

Status cat(const Options& options) {
  if (!options.what.starts_with('/')) return cat_object(options);
  if (options.payload) return invalid("--payload is for objects, whose keys do not begin with '/'");
  VDP_ASSIGN(const auto repository, open_repository(options));
  return cat_node(options, repository);
}

}  // namespace

void add_repo_cat(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb = repo.add_subcommand("cat", "a node's metadata, or its values; any object of the repository by its key");
  add_repository_options(*verb, *options);
  verb->callback([options, &action] { action = [options] { return finish(*options, cat(*options)); }; });
  verb->add_option("what", options->what, "absolute path of a group or an array, or the key of an object: snapshots/ID")
      ->capture_default_str();
  verb->add_option("--ref", options->ref, fmt::format("of a node: {}", revision_help))->capture_default_str();
  verb->add_flag("--bytes", options->bytes, "of an array: the decoded values, little-endian, C order");
  verb->add_option("--authorize", options->authorized, "URL prefix below which virtual chunks may be read");
  verb->add_option("--limit", options->limit, "of an object: how many entries of each list")->capture_default_str();
  verb->add_flag("--payload", options->payload, "of an object: its decompressed FlatBuffer");
}

}  // namespace vdp::cli
