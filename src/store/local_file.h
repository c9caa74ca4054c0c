// The system calls of the local store: owned descriptors, whole reads and writes, errors in the project's kinds.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>

#include "store/object_store.h"

namespace vdp::local {

/// An owned file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// The failure of a system call: `error` is its errno, `what` reads "cannot open".
Failure system_failure(int error, std::string_view what, std::string_view path);

/// Object info of a file. The etag is inode, modification time in ns and size, in hexadecimal.
ObjectInfo info_of(std::string_view key, const struct stat& file);

/// What becomes of symbolic links below a store's root: `refuse` makes them `denied`.
enum class Links { refuse, follow };

/// Opens the file `name` in `directory` to read, without waiting for the writer of a named pipe.
Result<FileDescriptor> open_file_at(const FileDescriptor& directory, const std::string& name, Links links,
                                    std::string_view path);
/// The status of `name` in `directory`.
Result<struct stat> stat_at(const FileDescriptor& directory, const std::string& name, Links links,
                            std::string_view path);

/// What a directory is opened for: `search` to reach what lies in it, `write` to lock, fsync and list it.
enum class Access { search, write };
Result<FileDescriptor> open_directory_at(const FileDescriptor& directory, const std::string& name, Access access,
                                         Links links, std::string_view path);

/// Exactly `size` bytes from `offset`; false where the file ends before.
Result<bool> read_exactly(const FileDescriptor& file, std::uint64_t offset, std::uint8_t* to, std::size_t size,
                          std::string_view path);
Status write_all(const FileDescriptor& file, ByteView bytes, std::string_view path);

/// A file under a name that listings hide, removed with this object unless it was moved to its own name.
/// The name (".vdp#" and digits) is of the form that the official stores' local listing hides too, so that a file left
/// by a crash never shows up as an object, and never makes a new repository's root look used.
class TemporaryFile {
 public:
  /// Writes `bytes`, sets the modification time to now with all its digits, and syncs if `durable`.
  static Result<TemporaryFile> write(const FileDescriptor& directory, ByteView bytes, bool durable,
                                     std::string_view path);
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  const std::string& name() const { return name_; }
  const struct stat& status() const { return status_; }
  void moved() { directory_ = -1; }

  /// Whether a file name is of this form.
  static bool has_form_of(std::string_view name);

 private:
  TemporaryFile(int directory, std::string name) : directory_(directory), name_(std::move(name)) {}
  int directory_;  // borrowed
  std::string name_;
  struct stat status_{};
};

}  // namespace vdp::local
