// Kills its own process at the Nth of the calls that touch files below a folder, as `kill -9` would. Loaded by
// LD_PRELOAD.
//
//   KILL_UNDER  the folder, an absolute path without links
//   KILL_AT     N, from 1: the call at which to end; 0 or unset: none
//   KILL_SIDE   "before" (the default): the call is not made; "after": it is
//   KILL_LOG    a file to which a line is added for each call: name and path
//
// fsync and fdatasync count, and do nothing: what the kernel has outlives the process, and the tests are faster.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { max_path = 2 * PATH_MAX };

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long calls;
static long kill_at;
static int after;
static int log_file = -1;
static const char* under;

__attribute__((constructor)) static void read_settings(void) {
  const char* at = getenv("KILL_AT");
  const char* side = getenv("KILL_SIDE");
  const char* log = getenv("KILL_LOG");
  kill_at = at ? atol(at) : 0;
  after = side && strcmp(side, "after") == 0;
  under = getenv("KILL_UNDER");
  if (log) log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// The path of `name` in the folder `file`, or of `file` itself.
static void full_path(char* to, int file, const char* name) {
  to[0] = 0;
  if (file >= 0 && (!name || name[0] != '/')) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, to, PATH_MAX - 1);
    to[length > 0 ? length : 0] = 0;
    if (name) strcat(to, "/");
  }
  if (name) strncat(to, name, PATH_MAX - 1);
}

// Says whether the process is to end once the call was made.
static int count(const char* call, int file, const char* name) {
  if (!under) return 0;
  const int saved = errno;
  char path[max_path], line[max_path + 64];
  full_path(path, file, name);
  errno = saved;
  if (strncmp(path, under, strlen(under)) != 0) return 0;
  const long number = atomic_fetch_add(&calls, 1) + 1;
  if (log_file >= 0) {
    const int length = snprintf(line, sizeof line, "%s %s\n", call, path);
    syscall(SYS_write, log_file, line, (size_t)length);
  }
  errno = saved;
  if (number != kill_at) return 0;
  if (!after) die();
  return 1;
}

// `made` is the call itself.
#define COUNTED(type, name, file, path, made)      \
  do {                                             \
    const int dies = count(#name, (file), (path)); \
    type result = (made);                          \
    if (dies) die();                               \
    return result;                                 \
  } while (0)

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

// Only what makes a file: the others change nothing.
#define OPEN(name)                                                \
  int name(const char* path, int flags, ...) {                    \
    va_list more;                                                 \
    va_start(more, flags);                                        \
    const mode_t mode = mode_of(flags, more);                     \
    va_end(more);                                                 \
    if (!(flags & O_CREAT)) return NEXT(name)(path, flags, mode); \
    COUNTED(int, name, -1, path, NEXT(name)(path, flags, mode));  \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                         \
  int name(int folder, const char* path, int flags, ...) {                   \
    va_list more;                                                            \
    va_start(more, flags);                                                   \
    const mode_t mode = mode_of(flags, more);                                \
    va_end(more);                                                            \
    if (!(flags & O_CREAT)) return NEXT(name)(folder, path, flags, mode);    \
    COUNTED(int, name, folder, path, NEXT(name)(folder, path, flags, mode)); \
  }
OPENAT(openat)
OPENAT(openat64)

#define READ_AT(name)                                                       \
  ssize_t name(int file, void* to, size_t size, off_t offset) {             \
    COUNTED(ssize_t, name, file, NULL, NEXT(name)(file, to, size, offset)); \
  }
READ_AT(pread)
READ_AT(pread64)

#define WRITE_AT(name)                                                        \
  ssize_t name(int file, const void* from, size_t size, off_t offset) {       \
    COUNTED(ssize_t, name, file, NULL, NEXT(name)(file, from, size, offset)); \
  }
WRITE_AT(pwrite)
WRITE_AT(pwrite64)

ssize_t read(int file, void* to, size_t size) { COUNTED(ssize_t, read, file, NULL, NEXT(read)(file, to, size)); }
ssize_t write(int file, const void* from, size_t size) {
  COUNTED(ssize_t, write, file, NULL, NEXT(write)(file, from, size));
}

int fsync(int file) { COUNTED(int, fsync, file, NULL, 0); }
int fdatasync(int file) { COUNTED(int, fdatasync, file, NULL, 0); }
int ftruncate(int file, off_t size) { COUNTED(int, ftruncate, file, NULL, NEXT(ftruncate)(file, size)); }
int ftruncate64(int file, off64_t size) { COUNTED(int, ftruncate64, file, NULL, NEXT(ftruncate64)(file, size)); }
int flock(int file, int how) { COUNTED(int, flock, file, NULL, NEXT(flock)(file, how)); }

int rename(const char* from, const char* to) { COUNTED(int, rename, -1, to, NEXT(rename)(from, to)); }
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  COUNTED(int, renameat, to_folder, to, NEXT(renameat)(from_folder, from, to_folder, to));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  COUNTED(int, renameat2, to_folder, to, NEXT(renameat2)(from_folder, from, to_folder, to, flags));
}
int link(const char* from, const char* to) { COUNTED(int, link, -1, to, NEXT(link)(from, to)); }
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  COUNTED(int, linkat, to_folder, to, NEXT(linkat)(from_folder, from, to_folder, to, flags));
}
int unlink(const char* path) { COUNTED(int, unlink, -1, path, NEXT(unlink)(path)); }
int unlinkat(int folder, const char* path, int flags) {
  COUNTED(int, unlinkat, folder, path, NEXT(unlinkat)(folder, path, flags));
}
int mkdir(const char* path, mode_t mode) { COUNTED(int, mkdir, -1, path, NEXT(mkdir)(path, mode)); }
int mkdirat(int folder, const char* path, mode_t mode) {
  COUNTED(int, mkdirat, folder, path, NEXT(mkdirat)(folder, path, mode));
}

// Locks only: the other commands change nothing. The third argument is a pointer or an int; both pass as a pointer.
static int is_lock(int command) {
  return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}
#define FCNTL(name)                                                      \
  int name(int file, int command, ...) {                                 \
    va_list more;                                                        \
    va_start(more, command);                                             \
    void* argument = va_arg(more, void*);                                \
    va_end(more);                                                        \
    if (!is_lock(command)) return NEXT(name)(file, command, argument);   \
    COUNTED(int, name, file, NULL, NEXT(name)(file, command, argument)); \
  }
FCNTL(fcntl)
FCNTL(fcntl64)
