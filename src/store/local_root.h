// The directories of a local store: reached without leaving its root, made durably.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "store/local_file.h"

namespace vdp::local {

/// "a/b/c" -> {"a/b", "c"}.
std::pair<std::string, std::string> split_last(std::string_view key);

class LocalRoot {
 public:
  /// `path` is absolute and ends in '/'.
  LocalRoot(std::string path, bool durable) : path_(std::move(path)), durable_(durable) {}

  const std::string& path() const { return path_; }
  bool durable() const { return durable_; }
  /// For messages.
  std::string path_of(std::string_view key) const { return path_ + std::string(key); }

  /// Walks part by part, so that no key leaves the root, unless by a symbolic link that may be followed. `path` is what
  /// a failure names.
  Result<FileDescriptor> open_directory(std::string_view directory, Access access, Links links,
                                        std::string_view path) const;
  /// The same to write in, making what is missing. Follows no link.
  Result<FileDescriptor> make_directory(std::string_view directory) const;
  /// Makes the directory's entries durable, unless the store is not.
  Status sync(const FileDescriptor& directory, std::string_view path) const;

 private:
  Status create_root() const;

  const std::string path_;
  const bool durable_;
};

}  // namespace vdp::local
