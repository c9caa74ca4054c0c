#include "store/local_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>
#include <optional>
#include <system_error>

#include "base/random.h"

namespace vdp::local {
namespace {

ErrorKind kind_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
      return ErrorKind::denied;
    case ENAMETOOLONG:
    case EISDIR:
    case EINVAL:
      return ErrorKind::invalid;
    // Space, quota, descriptors and memory come back; a stale handle of a network file system is reopened.
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
    case EBUSY:
    case ESTALE:
      return ErrorKind::transient;
    case EOPNOTSUPP:
    case ENOSYS:
    case ENOLCK:
      return ErrorKind::unsupported;
    default:
      return ErrorKind::internal;
  }
}

std::uint64_t random_number() {
  std::array<std::uint8_t, 8> bytes{};
  system_random().fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/// The kernel stamps files with the time of its last tick, some milliseconds ago. A replaced file's inode number may be
/// used again at once, so that two versions within one tick could have one etag: the clock's own time sets them apart.
bool stamp_with_full_precision(const FileDescriptor& file) {
  std::array<timespec, 2> times{};
  clock_gettime(CLOCK_REALTIME, &times[1]);
  times[0] = times[1];
  return futimens(file.number(), times.data()) == 0;
}

Failure not_followed(std::string_view path, const std::string& name) {
  return fail(ErrorKind::denied, fmt::format("{}: \"{}\" is a symbolic link, which is not followed", path, name));
}

/// The target that a symbolic link names; nothing where `name` is none.
std::optional<std::string> link_target(const FileDescriptor& directory, const std::string& name) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = readlinkat(directory.number(), name.c_str(), target.data(), target.size());
  if (length < 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(length));
}

/// The failure of a system call on `name` in `directory`. For a link the kernel answers ELOOP or ENOTDIR where it may
/// not follow it, and ENOENT where its target is missing: that it is a link is what the user must know.
Failure entry_failure(int error, std::string_view what, const FileDescriptor& directory, const std::string& name,
                      Links links, std::string_view path) {
  const auto target = link_target(directory, name);
  if (!target) return system_failure(error, what, path);
  if (links == Links::refuse) return not_followed(path, name);
  return system_failure(error, what, fmt::format("{} (\"{}\" is a symbolic link to {})", path, name, *target));
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) close(number_);
}

Failure system_failure(int error, std::string_view what, std::string_view path) {
  return fail(kind_of(error), fmt::format("{} {}: {}", what, path, std::generic_category().message(error)));
}

ObjectInfo info_of(std::string_view key, const struct stat& file) {
  const auto modified_ns = static_cast<std::int64_t>(file.st_mtim.tv_sec) * 1'000'000'000 + file.st_mtim.tv_nsec;
  ObjectInfo info;
  info.key = key;
  info.size = static_cast<std::uint64_t>(file.st_size);
  info.etag = fmt::format("{:x}-{:x}-{:x}", file.st_ino, static_cast<std::uint64_t>(modified_ns), info.size);
  info.last_modified_us = static_cast<std::int64_t>(file.st_mtim.tv_sec) * 1'000'000 + file.st_mtim.tv_nsec / 1000;
  return info;
}

Result<FileDescriptor> open_file_at(const FileDescriptor& directory, const std::string& name, Links links,
                                    std::string_view path) {
  const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | (links == Links::refuse ? O_NOFOLLOW : 0);
  FileDescriptor opened(openat(directory.number(), name.c_str(), flags));
  if (!opened) return entry_failure(errno, "cannot open", directory, name, links, path);
  return opened;
}

Result<struct stat> stat_at(const FileDescriptor& directory, const std::string& name, Links links,
                            std::string_view path) {
  struct stat status{};
  const int flags = links == Links::refuse ? AT_SYMLINK_NOFOLLOW : 0;
  if (fstatat(directory.number(), name.c_str(), &status, flags) != 0) {
    return entry_failure(errno, "cannot stat", directory, name, links, path);
  }
  if (S_ISLNK(status.st_mode)) return not_followed(path, name);
  return status;
}

Result<FileDescriptor> open_directory_at(const FileDescriptor& directory, const std::string& name, Access access,
                                         Links links, std::string_view path) {
  const int flags = O_DIRECTORY | O_CLOEXEC | (access == Access::search ? O_PATH : O_RDONLY) |
                    (links == Links::refuse ? O_NOFOLLOW : 0);
  FileDescriptor opened(openat(directory.number(), name.c_str(), flags));
  if (!opened) return entry_failure(errno, "cannot open", directory, name, links, path);
  return opened;
}

Result<bool> read_exactly(const FileDescriptor& file, std::uint64_t offset, std::uint8_t* to, std::size_t size,
                          std::string_view path) {
  while (size > 0) {
    const ssize_t count = pread(file.number(), to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(errno, "cannot read", path);
    if (count == 0) return false;
    to += count;
    size -= static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

Status write_all(const FileDescriptor& file, ByteView bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(errno, "cannot write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<TemporaryFile> TemporaryFile::write(const FileDescriptor& directory, ByteView bytes, bool durable,
                                           std::string_view path) {
  std::string name = fmt::format(".vdp#{}", random_number());
  FileDescriptor file(openat(directory.number(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return system_failure(errno, "cannot create", path);
  TemporaryFile temporary(directory.number(), std::move(name));
  VDP_TRY(write_all(file, bytes, path));
  if (!stamp_with_full_precision(file)) return system_failure(errno, "cannot set the time of", path);
  if (durable && fsync(file.number()) != 0) return system_failure(errno, "cannot sync", path);
  if (fstat(file.number(), &temporary.status_) != 0) return system_failure(errno, "cannot stat", path);
  return temporary;
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : directory_(std::exchange(other.directory_, -1)), name_(std::move(other.name_)), status_(other.status_) {}

TemporaryFile::~TemporaryFile() {
  if (directory_ >= 0) unlinkat(directory_, name_.c_str(), 0);
}

bool TemporaryFile::has_form_of(std::string_view name) {
  const std::size_t mark = name.find('#');
  if (mark == std::string_view::npos || mark + 1 == name.size()) return false;
  return std::ranges::all_of(name.substr(mark + 1), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace vdp::local
