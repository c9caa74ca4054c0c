#include "queue/holder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace vdp {
namespace {

ErrorKind kind_of(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::denied;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case ENOLCK:
      return ErrorKind::transient;
    case EINVAL:  // of a kernel or a file system without OFD locks
    case EOPNOTSUPP:
      return ErrorKind::unsupported;
    default:
      return ErrorKind::internal;
  }
}

Failure system_failure(int error, std::string what) {
  return fail(kind_of(error), fmt::format("{}: {}", what, std::generic_category().message(error)));
}

struct flock one_byte(short type, std::int64_t number) {
  struct flock lock{};  // l_pid must be 0 for OFD locks
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = number;
  lock.l_len = 1;
  return lock;
}

}  // namespace

Result<HolderLock> HolderLock::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return system_failure(errno, fmt::format("cannot open {}", path));
  return HolderLock(descriptor);
}

HolderLock::HolderLock(HolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

HolderLock& HolderLock::operator=(HolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

HolderLock::~HolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<bool> HolderLock::try_lock(std::int64_t number) {
  struct flock lock = one_byte(F_WRLCK, number);
  if (fcntl(descriptor_, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return system_failure(errno, fmt::format("cannot lock the byte of holder {}", number));
}

Status HolderLock::unlock(std::int64_t number) {
  struct flock lock = one_byte(F_UNLCK, number);
  if (fcntl(descriptor_, F_OFD_SETLK, &lock) == 0) return {};
  return system_failure(errno, fmt::format("cannot unlock the byte of holder {}", number));
}

Result<bool> HolderLock::is_locked_by_another(std::int64_t number) const {
  struct flock lock = one_byte(F_WRLCK, number);
  if (fcntl(descriptor_, F_OFD_GETLK, &lock) == 0) return lock.l_type != F_UNLCK;
  return system_failure(errno, fmt::format("cannot look at the lock of holder {}", number));
}

}  // namespace vdp
