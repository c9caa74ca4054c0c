#include "icechunk/repo/legacy_refs.h"

#include <fmt/format.h>

#include "base/json.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view branch_prefix = "refs/branch.";
constexpr std::string_view tag_prefix = "refs/tag.";
constexpr std::string_view ref_suffix = "/ref.json";
constexpr std::string_view tombstone_suffix = "/ref.json.deleted";

Result<SnapshotId> load_ref(ObjectStore& store, const std::string& key) {
  VDP_ASSIGN_IN(store.url(), const ObjectData object, store.get(key));
  VDP_ASSIGN_IN(store.url() + key, const Json document, parse_json(as_text(object.bytes)));
  const auto snapshot = document.is_object() ? document.find("snapshot") : document.end();
  if (!document.is_object() || snapshot == document.end() || !snapshot->is_string()) {
    return corrupt(fmt::format("{}{}: found no text \"snapshot\"", store.url(), key));
  }
  VDP_ASSIGN_IN(store.url() + key, const SnapshotId id, SnapshotId::parse(snapshot->get<std::string>()));
  return id;
}

/// NAME of PREFIX NAME SUFFIX, or nothing.
std::optional<std::string> name_between(std::string_view key, std::string_view prefix, std::string_view suffix) {
  if (!key.starts_with(prefix) || !key.ends_with(suffix) || key.size() <= prefix.size() + suffix.size()) return {};
  return std::string(key.substr(prefix.size(), key.size() - prefix.size() - suffix.size()));
}

}  // namespace

Result<bool> legacy_repository_exists(ObjectStore& store) {
  const Result<ObjectInfo> info = store.head("refs/branch.main/ref.json");
  if (info) return true;
  if (info.error().kind == ErrorKind::not_found) return false;
  return std::unexpected(info.error());
}

Result<Refs> load_legacy_refs(ObjectStore& store) {
  Refs refs;
  VDP_ASSIGN(const std::vector<ObjectInfo> objects, store.list("refs/"));
  for (const ObjectInfo& object : objects) {
    if (const auto branch = name_between(object.key, branch_prefix, ref_suffix)) {
      VDP_ASSIGN(refs.branches[*branch], load_ref(store, object.key));
    } else if (const auto tag = name_between(object.key, tag_prefix, ref_suffix)) {
      VDP_ASSIGN(refs.tags[*tag], load_ref(store, object.key));
    } else if (const auto deleted = name_between(object.key, tag_prefix, tombstone_suffix)) {
      refs.deleted_tags[*deleted] = std::nullopt;
    }
  }
  for (auto& [name, snapshot] : refs.deleted_tags) {
    const auto tag = refs.tags.find(name);
    if (tag == refs.tags.end()) continue;
    snapshot = tag->second;
    refs.tags.erase(tag);
  }
  return refs;
}

Result<SnapshotId> resolve_legacy(ObjectStore& store, const Revision& revision) {
  if (const auto* id = std::get_if<SnapshotId>(&revision)) return *id;
  VDP_ASSIGN(const Refs refs, load_legacy_refs(store));
  const auto* branch = std::get_if<Branch>(&revision);
  const auto& names = branch != nullptr ? refs.branches : refs.tags;
  const auto found = names.find(branch != nullptr ? branch->name : std::get<Tag>(revision).name);
  if (found == names.end()) return not_found(fmt::format("no {} in the repository", describe(revision)));
  return found->second;
}

}  // namespace vdp::icechunk
