// Parsing as the pipeline does it, and nothing else, one file after the other; no file shows what starting takes.
//
// usage: parse_loop refs|values FILE...       values: also reads and decodes each dimension's own variable
// Prints what it found in the last file, and the most memory that it ever held.
#include <fmt/format.h>

#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "formats/parse.h"
#include "store/open_store.h"

namespace vdp {
namespace {

constexpr std::uint64_t max_value_bytes = 1 << 26;

struct Counts {
  std::size_t references = 0;
  std::size_t attributes = 0;
  std::size_t scales = 0;
};

bool is_dimension_variable(const std::string& path, const zarr::ArrayMetadata& metadata) {
  return metadata.rank() == 1 && metadata.dimension_names[0] == path.substr(path.rfind('/') + 1);
}

Result<Counts> parse_file(const std::string& path, bool with_values) {
  const auto slash = path.rfind('/') + 1;  // without one: 0
  VDP_ASSIGN(auto store, open_source_store(slash == 0 ? "." : path.substr(0, slash)));
  VDP_ASSIGN(const auto source, open_source(std::move(store), path.substr(slash)));
  VDP_ASSIGN(const VirtualTree tree, parse_source(*source, "auto"));
  Counts counts;
  for (const auto& [group, attributes] : tree.groups) counts.attributes += attributes.size();
  for (const auto& [name, array] : tree.arrays) {
    counts.references += array.manifest.size();
    counts.attributes += array.metadata.attributes.size();
    if (!with_values || !is_dimension_variable(name, array.metadata)) continue;
    VDP_TRY(zarr::read_elements(array.metadata, chunk_reader(*source, array), max_value_bytes));
    ++counts.scales;
  }
  return counts;
}

/// Linux's own count, in KiB: that of wait4() includes the size of the process that forked this one.
std::string peak_resident() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return line.substr(line.find_first_of("0123456789"));
  }
  return "unknown";
}

int run(std::span<char*> arguments) {
  if (arguments.empty()) return 2;
  const bool with_values = std::string_view(arguments[0]) == "values";
  Counts counts;
  for (const char* path : arguments.subspan(1)) {
    const auto parsed = parse_file(path, with_values);
    if (!parsed) {
      fmt::print(stderr, "parse_loop: {}\n", parsed.error().text());
      return 3;
    }
    counts = *parsed;
  }
  fmt::print("{} references, {} attributes, {} scales, peak {}\n", counts.references, counts.attributes, counts.scales,
             peak_resident());
  return 0;
}

}  // namespace
}  // namespace vdp

int main(int count, char** arguments) {
  return vdp::run(std::span(arguments, static_cast<std::size_t>(count)).subspan(1));
}
