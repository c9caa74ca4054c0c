#include "store/local_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

namespace vdp::local {
namespace {

/// Directories that link to each other have as many paths as there are orders of them.
constexpr std::size_t max_directories = std::size_t{1} << 22;

/// A directory that is being walked, and those above it on the way here.
struct Visit {
  dev_t device;
  ino_t inode;
  std::shared_ptr<const Visit> above;
};
using VisitPtr = std::shared_ptr<const Visit>;

bool is_below(const struct stat& directory, const Visit* visit) {
  for (; visit != nullptr; visit = visit->above.get()) {
    if (visit->device == directory.st_dev && visit->inode == directory.st_ino) return true;
  }
  return false;
}

class Listing {
 public:
  Listing(const LocalRoot& root, Links links) : root_(root), links_(links) {}

  Result<std::vector<ObjectInfo>> list(std::string_view prefix);

 private:
  struct Pending {
    std::string directory;
    VisitPtr above;
  };

  Status list_directory(const Pending& pending, std::string_view name_prefix);
  Status list_entries(const FileDescriptor& directory, const std::string& directory_name, std::string_view name_prefix,
                      const VisitPtr& visit);
  Status add(const FileDescriptor& directory, const std::string& name, const std::string& key, const VisitPtr& visit);

  const LocalRoot& root_;
  const Links links_;
  std::vector<Pending> pending_;
  std::vector<ObjectInfo> found_;
  std::size_t visits_ = 0;
};

Status Listing::add(const FileDescriptor& directory, const std::string& name, const std::string& key,
                    const VisitPtr& visit) {
  struct stat status{};
  if (fstatat(directory.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    // An entry that vanished since is no object any more.
    if (errno == ENOENT) return {};
    return system_failure(errno, "cannot stat", root_.path_of(key));
  }
  bool is_object = S_ISREG(status.st_mode);
  if (S_ISLNK(status.st_mode) && links_ == Links::follow) {
    struct stat target{};
    const bool reached = fstatat(directory.number(), name.c_str(), &target, 0) == 0;
    status.st_size = 0;  // was the length of the target's name
    if (reached) status = target;
    is_object = !reached || S_ISREG(target.st_mode);
  }
  if (S_ISDIR(status.st_mode)) pending_.push_back({key, visit});
  if (is_object && !TemporaryFile::has_form_of(name)) found_.push_back(info_of(key, status));
  return {};
}

Status Listing::list_entries(const FileDescriptor& directory, const std::string& directory_name,
                             std::string_view name_prefix, const VisitPtr& visit) {
  const int duplicate = fcntl(directory.number(), F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return system_failure(errno, "cannot list", root_.path_of(directory_name));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(duplicate), closedir);
  if (!entries) return system_failure(errno, "cannot list", root_.path_of(directory_name));
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(entries.get());
    if (entry == nullptr && errno != 0) return system_failure(errno, "cannot list", root_.path_of(directory_name));
    if (entry == nullptr) return {};
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || !name.starts_with(name_prefix)) continue;
    VDP_TRY(add(directory, name, directory_name.empty() ? name : directory_name + "/" + name, visit));
  }
}

Status Listing::list_directory(const Pending& pending, std::string_view name_prefix) {
  const std::string path = root_.path_of(pending.directory);
  const auto directory = root_.open_directory(pending.directory, Access::write, links_, path);
  if (!directory && directory.error().kind == ErrorKind::not_found) return {};
  if (!directory) return std::unexpected(directory.error());
  struct stat status{};
  if (fstat(directory->number(), &status) != 0) return system_failure(errno, "cannot stat", path);
  if (is_below(status, pending.above.get())) return {};
  if (++visits_ > max_directories) {
    return over_limit(fmt::format("{}: more than {} directories to list", root_.path(), max_directories));
  }
  const auto visit = std::make_shared<const Visit>(Visit{status.st_dev, status.st_ino, pending.above});
  return list_entries(*directory, pending.directory, name_prefix, visit);
}

Result<std::vector<ObjectInfo>> Listing::list(std::string_view prefix) {
  const auto [directory, name_prefix] = split_last(prefix);
  VDP_TRY(list_directory({directory, nullptr}, name_prefix));
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.back());
    pending_.pop_back();
    VDP_TRY(list_directory(next, ""));
  }
  std::ranges::sort(found_, {}, &ObjectInfo::key);
  return std::move(found_);
}

}  // namespace

Result<std::vector<ObjectInfo>> list_objects(const LocalRoot& root, std::string_view prefix, Links links) {
  return Listing(root, links).list(prefix);
}

}  // namespace vdp::local
