#include "store/local_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>

#include "base/checked.h"
#include "store/key.h"
#include "store/local_file.h"
#include "store/local_listing.h"
#include "store/local_root.h"
#include "store/url.h"

namespace vdp {
namespace {

using local::Access;
using local::FileDescriptor;
using local::Links;
using local::split_last;
using local::TemporaryFile;

class LocalStore final : public ObjectStore {
 public:
  LocalStore(std::string root, LocalStoreOptions options)
      : root_(std::move(root), options.durable), links_(options.follow_links ? Links::follow : Links::refuse) {}

  std::string url() const override { return "file://" + encode_path(root_.path()); }

  Result<ObjectInfo> head(std::string_view key) override;
  Result<ObjectData> get(std::string_view key) override;
  Result<Bytes> get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) override;
  Result<std::vector<Bytes>> get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                        const std::optional<std::string>& if_etag) override;
  Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition) override;
  Status put_all(std::span<const NewObject> objects) override;
  Status copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) override;
  Status remove(std::string_view key) override;
  Result<std::vector<ObjectInfo>> list(std::string_view prefix) override;

 private:
  struct OpenObject {
    FileDescriptor file;
    ObjectInfo info;
  };

  std::string path_of(std::string_view key) const { return root_.path_of(key); }
  Result<OpenObject> open_object(std::string_view key);
  Result<std::vector<Bytes>> read_ranges(std::string_view key, const OpenObject& object,
                                         std::span<const ByteRange> ranges) const;
  Result<ObjectInfo> stat_object(std::string_view key, const FileDescriptor& file);
  Result<ObjectInfo> find_object(std::string_view key, Links links);
  Status lock(const FileDescriptor& directory, const PutCondition& condition, std::string_view path);
  Status take_effect(const FileDescriptor& directory, TemporaryFile& temporary, std::string_view key,
                     const PutCondition& condition);
  Result<ObjectInfo> put_unsynced(const FileDescriptor& directory, std::string_view key, ByteView bytes,
                                  const PutCondition& condition);
  Status sync(const FileDescriptor& directory, const std::string& directory_name) const;

  const local::LocalRoot root_;
  const Links links_;  ///< of what is read; nothing is written through a link
};

Result<ObjectInfo> LocalStore::stat_object(std::string_view key, const FileDescriptor& file) {
  struct stat status{};
  if (fstat(file.number(), &status) != 0) return local::system_failure(errno, "cannot stat", path_of(key));
  if (!S_ISREG(status.st_mode)) return not_found(fmt::format("{} is no regular file", path_of(key)));
  return local::info_of(key, status);
}

Result<LocalStore::OpenObject> LocalStore::open_object(std::string_view key) {
  VDP_TRY(check_key(key));
  const auto [directory_name, name] = split_last(key);
  VDP_ASSIGN(const auto directory, root_.open_directory(directory_name, Access::search, links_, path_of(key)));
  VDP_ASSIGN(auto file, local::open_file_at(directory, name, links_, path_of(key)));
  VDP_ASSIGN(auto info, stat_object(key, file));
  return OpenObject{std::move(file), std::move(info)};
}

Result<std::vector<Bytes>> LocalStore::read_ranges(std::string_view key, const OpenObject& object,
                                                   std::span<const ByteRange> ranges) const {
  const std::string path = path_of(key);
  std::vector<Bytes> parts;
  parts.reserve(ranges.size());
  for (const ByteRange& range : ranges) {
    const auto end = checked_add(range.offset, range.length);
    if (!end || *end > object.info.size) {
      return corrupt(
          fmt::format("{}: bytes {}+{} lie beyond the end at {}", path, range.offset, range.length, object.info.size));
    }
    Bytes& bytes = parts.emplace_back(range.length);
    VDP_ASSIGN(const bool whole, local::read_exactly(object.file, range.offset, bytes.data(), bytes.size(), path));
    if (!whole) return fail(ErrorKind::transient, fmt::format("{} became shorter while it was read", path));
  }
  return parts;
}

Result<ObjectInfo> LocalStore::find_object(std::string_view key, Links links) {
  const auto [directory_name, name] = split_last(key);
  VDP_ASSIGN(const auto directory, root_.open_directory(directory_name, Access::search, links, path_of(key)));
  VDP_ASSIGN(const auto status, local::stat_at(directory, name, links, path_of(key)));
  if (!S_ISREG(status.st_mode)) return not_found(fmt::format("{} is no regular file", path_of(key)));
  return local::info_of(key, status);
}

Result<ObjectInfo> LocalStore::head(std::string_view key) {
  VDP_TRY(check_key(key));
  return find_object(key, links_);
}

Result<ObjectData> LocalStore::get(std::string_view key) {
  VDP_ASSIGN(auto object, open_object(key));
  ObjectData data{Bytes(object.info.size), std::move(object.info)};
  VDP_ASSIGN(const bool whole, local::read_exactly(object.file, 0, data.bytes.data(), data.bytes.size(), path_of(key)));
  // Our own writers never change a file in place, others may.
  VDP_ASSIGN(const auto after, stat_object(key, object.file));
  if (!whole || after.etag != data.info.etag) {
    return fail(ErrorKind::transient, fmt::format("{} changed while it was read", path_of(key)));
  }
  return data;
}

Result<Bytes> LocalStore::get_range(std::string_view key, ByteRange range, const std::optional<std::string>& if_etag) {
  VDP_ASSIGN(std::vector<Bytes> parts, get_ranges(key, {&range, 1}, if_etag));
  return std::move(parts.front());
}

Result<std::vector<Bytes>> LocalStore::get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                                  const std::optional<std::string>& if_etag) {
  if (ranges.empty()) return std::vector<Bytes>{};
  VDP_ASSIGN(const auto object, open_object(key));
  if (if_etag && *if_etag != object.info.etag) {
    return conflict(fmt::format("{} is version {}, not {}", path_of(key), object.info.etag, *if_etag));
  }
  auto parts = read_ranges(key, object, ranges);
  // Of another version nothing else is worth telling.
  VDP_ASSIGN(const auto after, stat_object(key, object.file));
  if (if_etag && after.etag != *if_etag) return conflict(fmt::format("{} changed while it was read", path_of(key)));
  return parts;
}

// Why the directory is what is locked. A flock on it orders every put and remove in that directory: between processes,
// and between threads too, since each of them opens the directory anew. It leaves no lock file behind (the official
// `create` refuses a root that holds any file), it works for keys that do not exist yet, and nobody ever removes or
// replaces the directory, as a lock on the object itself would have to expect. Bytes are written and synced before the
// lock is taken, so that it is held for a stat and a rename only. It ends with the descriptor, also after a crash.
Status LocalStore::lock(const FileDescriptor& directory, const PutCondition& condition, std::string_view path) {
  while (flock(directory.number(), LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    // File systems without such locks (some network ones) can still create and overwrite, but not compare and swap.
    if (condition.kind != PutCondition::Kind::replace_only) return {};
    return fail(ErrorKind::unsupported,
                fmt::format("{}: this file system cannot lock a directory ({}), and without it two writers could both "
                            "replace one version",
                            path, std::generic_category().message(errno)));
  }
  return {};
}

Status LocalStore::take_effect(const FileDescriptor& directory, TemporaryFile& temporary, std::string_view key,
                               const PutCondition& condition) {
  const std::string name = split_last(key).second;
  VDP_TRY(lock(directory, condition, path_of(key)));
  if (condition.kind == PutCondition::Kind::create_only) {
    // Official writers do not take our lock; link() refuses an existing name also against them.
    if (linkat(directory.number(), temporary.name().c_str(), directory.number(), name.c_str(), 0) == 0) return {};
    if (errno == EEXIST) return conflict(fmt::format("{} exists already", path_of(key)));
    return local::system_failure(errno, "cannot create", path_of(key));
  }
  if (condition.kind == PutCondition::Kind::replace_only) {
    auto current = find_object(key, Links::refuse);
    if (!current && current.error().kind != ErrorKind::not_found) return std::unexpected(current.error());
    const std::string found = current ? current->etag : "";
    if (found != condition.etag) {
      return conflict(fmt::format("{} is version \"{}\", not \"{}\"", path_of(key), found, condition.etag));
    }
  }
  if (renameat(directory.number(), temporary.name().c_str(), directory.number(), name.c_str()) != 0) {
    return local::system_failure(errno, "cannot replace", path_of(key));
  }
  temporary.moved();
  return {};
}

/// Readers see the object from here on; until the directory is synced, a power cut could still undo it.
Result<ObjectInfo> LocalStore::put_unsynced(const FileDescriptor& directory, std::string_view key, ByteView bytes,
                                            const PutCondition& condition) {
  VDP_ASSIGN(auto temporary, TemporaryFile::write(directory, bytes, root_.durable(), path_of(key)));
  ObjectInfo info = local::info_of(key, temporary.status());
  VDP_TRY(take_effect(directory, temporary, key, condition));
  return info;
}

Status LocalStore::sync(const FileDescriptor& directory, const std::string& directory_name) const {
  auto synced = root_.sync(directory, path_of(directory_name));
  if (!synced) return fail(ErrorKind::outcome_unknown, synced.error().message);
  return {};
}

Status check_name(std::string_view key) {
  VDP_TRY(check_key(key));
  if (!TemporaryFile::has_form_of(split_last(key).second)) return {};
  return invalid(fmt::format("key \"{}\": names that end in '#' and digits are those of temporary files", key));
}

Result<ObjectInfo> LocalStore::put(std::string_view key, ByteView bytes, const PutCondition& condition) {
  VDP_TRY(check_name(key));
  const std::string directory_name = split_last(key).first;
  VDP_ASSIGN(const auto directory, root_.make_directory(directory_name));
  VDP_ASSIGN(ObjectInfo info, put_unsynced(directory, key, bytes, condition));
  VDP_TRY(sync(directory, directory_name));
  return info;
}

Status LocalStore::put_all(std::span<const NewObject> objects) {
  for (const NewObject& object : objects) VDP_TRY(check_name(object.key));
  std::map<std::string, FileDescriptor> directories;  // each is synced once
  for (const NewObject& object : objects) {
    const std::string name = split_last(object.key).first;
    if (!directories.contains(name)) {
      VDP_ASSIGN(directories[name], root_.make_directory(name));
    }
    VDP_TRY(put_unsynced(directories[name], object.key, object.bytes, PutCondition::always()));
  }
  for (const auto& [name, directory] : directories) VDP_TRY(sync(directory, name));
  return {};
}

Status LocalStore::copy(std::string_view from, std::string_view to, const std::optional<std::string>& if_etag) {
  VDP_TRY(check_key(to));
  VDP_ASSIGN(const auto source, get(from));
  if (if_etag && *if_etag != source.info.etag) {
    return conflict(fmt::format("{} is version {}, not {}", path_of(from), source.info.etag, *if_etag));
  }
  VDP_TRY(put(to, source.bytes, PutCondition::always()));
  return {};
}

Status LocalStore::remove(std::string_view key) {
  VDP_TRY(check_key(key));
  const auto [directory_name, name] = split_last(key);
  const auto directory = root_.open_directory(directory_name, Access::write, Links::refuse, path_of(key));
  if (!directory && directory.error().kind == ErrorKind::not_found) return {};
  if (!directory) return std::unexpected(directory.error());
  VDP_TRY(lock(*directory, PutCondition::always(), path_of(key)));
  // Not synced: an object that a power cut brings back is only removed again.
  if (unlinkat(directory->number(), name.c_str(), 0) == 0 || errno == ENOENT || errno == EISDIR) return {};
  return local::system_failure(errno, "cannot remove", path_of(key));
}

Result<std::vector<ObjectInfo>> LocalStore::list(std::string_view prefix) {
  VDP_TRY(check_prefix(prefix));
  return local::list_objects(root_, prefix, links_);
}

}  // namespace

Result<ObjectStorePtr> open_local_store(const std::string& root, LocalStoreOptions options) {
  if (root.find('\0') != std::string::npos) return invalid("the path of a store contains a NUL byte");
  std::error_code error;
  const auto absolute = std::filesystem::absolute(root.empty() ? "." : root, error);
  if (error) return local::system_failure(error.value(), "cannot resolve", root);
  std::string path = absolute.lexically_normal().string();
  if (!path.ends_with('/')) path += '/';
  return std::make_shared<LocalStore>(std::move(path), options);
}

}  // namespace vdp
