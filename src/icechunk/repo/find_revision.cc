#include "icechunk/repo/find_revision.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "icechunk/repo/repository_state.h"

namespace vdp::icechunk {
namespace {

constexpr std::string_view branch_word = "branch:";
constexpr std::string_view tag_word = "tag:";
constexpr std::string_view snapshot_word = "snapshot:";
constexpr std::string_view id_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t id_length = 20;
constexpr std::size_t max_named = 5;

/// What follows `word`, or nothing.
std::optional<std::string> after(std::string_view word, const std::string& text) {
  if (!text.starts_with(word)) return std::nullopt;
  return text.substr(word.size());
}

bool can_begin_id(std::string_view text) {
  return text.size() >= min_id_prefix && text.size() <= id_length &&
         text.find_first_not_of(id_alphabet) == std::string_view::npos;
}

Result<std::vector<SnapshotId>> snapshots_beginning(const Repository& repository, const std::string& prefix) {
  std::vector<SnapshotId> found;
  if (!can_begin_id(prefix)) return found;
  if (repository.format_version() == 1) {
    constexpr std::string_view folder = "snapshots/";
    VDP_ASSIGN(const auto objects, repository.store().list(std::string(folder) + prefix));
    for (const ObjectInfo& object : objects) {
      if (auto id = SnapshotId::parse(object.key.substr(folder.size()))) found.push_back(*id);
    }
    return found;
  }
  VDP_ASSIGN(const auto repo, repository.state().load_repo());
  for (const SnapshotInfo& snapshot : repo->info.snapshots) {
    if (snapshot.id.text().starts_with(prefix)) found.push_back(snapshot.id);
  }
  return found;
}

Result<Revision> only_one(const std::string& text, const std::vector<Revision>& meanings) {
  if (meanings.size() == 1) return meanings.front();
  if (meanings.empty()) return not_found(fmt::format("no branch, tag or snapshot \"{}\"", text));
  std::vector<std::string> named;
  for (std::size_t i = 0; i < std::min(meanings.size(), max_named); ++i) named.push_back(describe(meanings[i]));
  if (meanings.size() > max_named) named.push_back(fmt::format("{} more", meanings.size() - max_named));
  return invalid(fmt::format("\"{}\" can mean {}: write more of the id, or branch:NAME, tag:NAME or snapshot:ID", text,
                             fmt::join(named, ", ")));
}

}  // namespace

Result<Revision> find_revision(const Repository& repository, const std::string& text) {
  VDP_ASSIGN(const Refs refs, repository.refs());
  std::vector<Revision> meanings;
  const auto add_branch = [&](const std::string& name) {
    if (refs.branches.contains(name)) meanings.emplace_back(Branch{name});
  };
  const auto add_tag = [&](const std::string& name) {
    if (refs.tags.contains(name)) meanings.emplace_back(Tag{name});
  };
  const auto snapshot_name = after(snapshot_word, text);
  add_branch(text);
  add_tag(text);
  if (const auto name = after(branch_word, text)) add_branch(*name);
  if (const auto name = after(tag_word, text)) add_tag(*name);
  const bool is_whole_id = snapshot_name.value_or(text).size() == id_length;
  if (meanings.empty() || is_whole_id) {
    VDP_ASSIGN(const auto ids, snapshots_beginning(repository, snapshot_name.value_or(text)));
    meanings.insert(meanings.end(), ids.begin(), ids.end());
  }
  return only_one(text, meanings);
}

}  // namespace vdp::icechunk
