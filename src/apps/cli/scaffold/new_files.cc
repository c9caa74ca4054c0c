#include "apps/cli/scaffold/new_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace vdp::cli {
namespace {

constexpr std::size_t max_name_length = 64;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool may_follow(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

Status write_new_file(const std::string& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return fail(ErrorKind::denied, fmt::format("{}: cannot make its folder: {}", path, error.message()));
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return fail(ErrorKind::denied, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  return {};
}

}  // namespace

Status write_new_files(const NewFiles& files) {
  for (const auto& [path, text] : files) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, error))) {
      return invalid(fmt::format("{} is there already; nothing was written", path));
    }
  }
  for (const auto& [path, text] : files) VDP_TRY(write_new_file(path, text));
  return {};
}

Status check_new_name(const std::string& name) {
  if (!name.empty() && name.size() <= max_name_length && is_letter(name.front()) &&
      std::ranges::all_of(name, may_follow)) {
    return {};
  }
  return invalid(fmt::format(
      "the name \"{}\": expected up to {} small letters, digits, '-' and '_', of which the first is a letter", name,
      max_name_length));
}

}  // namespace vdp::cli
