#include "store/local_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace vdp::local {

std::pair<std::string, std::string> split_last(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(key)};
  return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

Status LocalRoot::create_root() const {
  std::error_code error;
  const bool created = std::filesystem::create_directories(path_, error);
  if (error) return system_failure(error.value(), "cannot make the directory", path_);
  if (!created) return {};
  const std::string parent = std::filesystem::path(path_).parent_path().parent_path().string();
  FileDescriptor directory(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return system_failure(errno, "cannot open", parent);
  return sync(directory, parent);
}

Result<FileDescriptor> LocalRoot::open_directory(std::string_view directory, Access access, Links links,
                                                 std::string_view path) const {
  const int flags = O_DIRECTORY | O_CLOEXEC | (access == Access::search ? O_PATH : O_RDONLY);
  if (links == Links::follow) {
    // Nothing is forbidden on the way, so that the kernel may walk it; where that fails, the walk below finds out
    // where.
    FileDescriptor whole(open((path_ + std::string(directory)).c_str(), flags));
    if (whole) return whole;
  }
  FileDescriptor opened(open(path_.c_str(), flags));
  if (!opened) return system_failure(errno, "cannot open", path);
  for (std::size_t begin = 0; begin < directory.size();) {
    const std::size_t end = std::min(directory.find('/', begin), directory.size());
    const std::string part(directory.substr(begin, end - begin));
    VDP_ASSIGN(opened, open_directory_at(opened, part, access, links, path));
    begin = end + 1;
  }
  return opened;
}

Result<FileDescriptor> LocalRoot::make_directory(std::string_view directory) const {
  auto opened = open_directory(directory, Access::write, Links::refuse, path_of(directory));
  if (opened || opened.error().kind != ErrorKind::not_found) return opened;
  if (directory.empty()) {
    VDP_TRY(create_root());
    return open_directory("", Access::write, Links::refuse, path_);
  }
  const auto [parent_name, name] = split_last(directory);
  VDP_ASSIGN(auto parent, make_directory(parent_name));
  if (mkdirat(parent.number(), name.c_str(), 0777) == 0) {
    VDP_TRY(sync(parent, path_of(parent_name)));
  } else if (errno != EEXIST) {
    return system_failure(errno, "cannot make the directory", path_of(directory));
  }
  opened = open_directory_at(parent, name, Access::write, Links::refuse, path_of(directory));
  if (!opened && opened.error().kind == ErrorKind::not_found) {
    return invalid(fmt::format("{} is an object and cannot hold others", path_of(directory)));
  }
  return opened;
}

Status LocalRoot::sync(const FileDescriptor& directory, std::string_view path) const {
  if (durable_ && fsync(directory.number()) != 0) return system_failure(errno, "cannot sync", path);
  return {};
}

}  // namespace vdp::local
