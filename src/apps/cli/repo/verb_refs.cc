// vdp repo refs: branches and tags, or where the chunks of an array are.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/cli/repo/chunk_box_text.h"
#include "apps/cli/repo/repository_verb.h"
#include "icechunk/repo/object_keys.h"

namespace vdp::cli {
namespace {

struct Options : RepositoryOptions {
  std::string path;
  std::string ref = default_revision;
  std::optional<std::string> box;
  std::size_t limit = 1000;
};

// ---- Branches and tags ----

template <typename Names>
Json names_json(const Names& names) {
  Json json = Json::object();
  for (const auto& [name, id] : names) json[name] = id.text();
  return json;
}

Status show_names(const Options& options, const icechunk::Repository& repository) {
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

// ---- Chunk references ----

std::string_view kind_name(icechunk::ChunkRefKind kind) {
  switch (kind) {
    case icechunk::ChunkRefKind::inlined:
      return "inline";
    case icechunk::ChunkRefKind::native:
      return "native";
    case icechunk::ChunkRefKind::virtual_:
      return "virtual";
    case icechunk::ChunkRefKind::missing:
      break;
  }
  return "missing";
}

/// A URL, or the key of an object of the repository; empty where the bytes lie in the manifest.
std::string location_of(const icechunk::ChunkRefView& ref) {
  if (ref.kind == icechunk::ChunkRefKind::virtual_) return std::string(ref.url);
  if (ref.kind == icechunk::ChunkRefKind::native) return icechunk::chunk_key(ref.chunk_id);
  return {};
}

Json ref_json(const icechunk::ChunkRefView& ref) {
  const bool is_inline = ref.kind == icechunk::ChunkRefKind::inlined;
  constexpr std::int64_t second_us = 1'000'000;
  return {
      {"index", std::vector<std::uint32_t>(ref.index.begin(), ref.index.end())},
      {"kind", kind_name(ref.kind)},
      {"location", is_inline ? Json() : Json(location_of(ref))},
      {"offset", is_inline ? 0 : ref.offset},
      {"length", ref.length},
      {"etag", ref.etag.empty() ? Json() : Json(std::string(ref.etag))},
      {"last_modified", ref.last_modified_s == 0 ? Json() : Json(format_timestamp(ref.last_modified_s * second_us))}};
}

void print_ref(const icechunk::ChunkRefView& ref) {
  const std::uint64_t offset = ref.kind == icechunk::ChunkRefKind::inlined ? 0 : ref.offset;
  fmt::print("{}  {}  {}  {}  {}\n", fmt::join(ref.index, ","), kind_name(ref.kind), offset, ref.length,
             location_of(ref));
}

/// Shows the first references of the box, and says whether there are more. The box is read in slabs, each twice as deep
/// as the one before, so that the manifests far behind the last reference shown are not fetched.
Result<bool> show_first(const icechunk::Session& session, const Options& options, const icechunk::ChunkBox& box,
                        const std::function<void(const icechunk::ChunkRefView&)>& show) {
  std::size_t seen = 0;
  const auto visit = [&](const icechunk::ChunkRefView& ref) {
    if (seen < options.limit) show(ref);
    ++seen;
  };
  if (box.begin.empty()) {
    VDP_TRY(session.for_each_ref(options.path, box, visit));
    return seen > options.limit;
  }
  icechunk::ChunkBox slab = box;
  for (std::uint64_t depth = 1; slab.begin[0] < box.end[0] && seen <= options.limit; depth *= 2) {
    slab.end[0] = std::min(slab.begin[0] + depth, box.end[0]);
    VDP_TRY(session.for_each_ref(options.path, slab, visit));
    slab.begin[0] = slab.end[0];
  }
  return seen > options.limit;
}

/// Of an array with any kind of grid.
Result<std::size_t> array_rank(const icechunk::Session& session, const std::string& path) {
  VDP_ASSIGN(const std::string text, session.zarr_json(path));
  VDP_ASSIGN_IN(path, const Json document, parse_json(text));
  const auto shape = document.is_object() ? document.find("shape") : document.end();
  if (shape == document.end() || !shape->is_array()) return invalid(fmt::format("{} is no array", path));
  return shape->size();
}

Status show_refs(const Options& options, const icechunk::Repository& repository) {
  VDP_ASSIGN(const auto snapshot, find_snapshot(repository, options.ref));
  VDP_ASSIGN(const auto session, repository.readonly_session(snapshot));
  VDP_ASSIGN(const std::size_t rank, array_rank(session, options.path));
  // Whatever reaches beyond the grid is cut off where references are read.
  const zarr::Shape beyond(rank, UINT32_MAX);
  auto box = icechunk::ChunkBox::whole(beyond);
  if (options.box) {
    VDP_ASSIGN(box, parse_chunk_box(*options.box, beyond));
  }
  Json list = Json::array();
  const auto show = [&](const icechunk::ChunkRefView& ref) {
    if (options.output.json) {
      list.push_back(ref_json(ref));
    } else {
      print_ref(ref);
    }
  };
  VDP_ASSIGN(const bool more, show_first(session, options, box, show));
  if (options.output.json) {
    print_json({{"path", options.path}, {"snapshot", snapshot.text()}, {"refs", std::move(list)}, {"more", more}});
  } else if (more) {
    notice(LogLevel::info, fmt::format("there are more than {}: --limit or --box", options.limit));
  }
  return {};
}

Status show(const Options& options, const icechunk::Repository& repository) {
  return options.path.empty() ? show_names(options, repository) : show_refs(options, repository);
}

}  // namespace

void add_repo_refs(CLI::App& repo, Action& action) {
  auto options = std::make_shared<Options>();
  auto* verb =
      add_repository_verb(repo, action, options, "refs", "branches and tags; of an array, where its chunks are", show);
  verb->add_option("path", options->path, "absolute path of an array");
  verb->add_option("--ref", options->ref, revision_help)->capture_default_str();
  verb->add_option("--box", options->box, "only chunks of this box of the grid, one part per dimension: 0:10,3,:");
  verb->add_option("--limit", options->limit, "how many references at most")->capture_default_str();
}

}  // namespace vdp::cli
