#include "apps/cli/scaffold/sample_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <filesystem>
#include <vector>

#include "dataset/locations.h"
#include "dataset/pattern.h"
#include "dataset/time_units.h"
#include "formats/parse.h"
#include "store/open_store.h"
#include "store/url.h"

namespace vdp::cli {
namespace {

/// The finest first, so that a shorter one is not taken for a part of a longer one.
constexpr std::array ways_of_writing = {"%Y%m%d%H%M%S", "%Y%m%dT%H%M%S", "%Y%j%H%M%S", "%Y%m%d%H%M", "%Y%m%dT%H%M",
                                        "%Y%m%d%H",     "%Y%m%dT%H",     "%Y-%m-%d",   "%Y%m%d",     "%Y%j"};
constexpr std::uint64_t max_coordinate_bytes = 16 * 1024 * 1024;

struct SourceFile {
  std::string folder;
  std::string key;
};

Result<SourceFile> locate(const std::string& source) {
  VDP_TRY(dataset::check_location(source));
  std::error_code error;
  const std::string whole = has_scheme(source) ? source : std::filesystem::absolute(source, error).string();
  const auto slash = whole.rfind('/');
  if (slash == std::string::npos || slash + 1 == whole.size()) {
    return invalid(fmt::format("\"{}\" names a folder, expected a file", source));
  }
  std::string key = whole.substr(slash + 1);
  if (has_scheme(source)) {
    VDP_ASSIGN(key, decode_path(key));
  }
  return SourceFile{whole.substr(0, slash + 1), std::move(key)};
}

std::string text_of(const Json& attributes, const char* name) {
  const auto found = attributes.find(name);
  return found != attributes.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// One-dimensional, named as its dimension, in units since some moment.
bool is_time_coordinate(const std::string& path, const VirtualArray& array) {
  const auto& metadata = array.metadata;
  if (metadata.rank() != 1 || metadata.dimension_names.empty()) return false;
  return metadata.dimension_names.front() == path.substr(path.rfind('/') + 1) &&
         dataset::is_absolute_time(text_of(metadata.attributes, "units"));
}

Result<std::string> find_axis(const VirtualTree& tree) {
  std::vector<std::string> found;
  for (const auto& [path, array] : tree.arrays) {
    if (is_time_coordinate(path, array)) found.push_back(path);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return invalid("it has no coordinate of absolute time (\"days since ...\")");
  return invalid(
      fmt::format("it has {} coordinates of absolute time ({}), expected one", found.size(), fmt::join(found, ", ")));
}

Result<dataset::Number> first_value(ByteSource& bytes, const VirtualArray& array) {
  const auto& metadata = array.metadata;
  if (metadata.shape.front() == 0) return invalid("its time coordinate is empty");
  VDP_ASSIGN(const auto elements, zarr::read_elements(metadata, chunk_reader(bytes, array), max_coordinate_bytes));
  if (const auto integers = zarr::as_integers(metadata.data_type, elements)) return integers->front();
  VDP_ASSIGN(const auto numbers, zarr::as_doubles(metadata.data_type, elements));
  return numbers.front();
}

}  // namespace

std::optional<std::string> pattern_of_name(std::string_view name, const std::string& axis,
                                           const dataset::DateTime& time, dataset::Calendar calendar) {
  if (name.find_first_of("{}*") != std::string_view::npos) return std::nullopt;
  dataset::PatternFields fields;
  fields.times[axis] = time;
  for (const char* way : ways_of_writing) {
    const std::string field = fmt::format("{{{}:{}}}", axis, way);
    const auto pattern = dataset::Pattern::compile(field, calendar);
    const auto written = pattern ? pattern->outline(fields) : std::unexpected(pattern.error());
    if (!written || name.find(written->key) == std::string_view::npos) continue;
    std::string made;
    for (auto at = name.find(written->key); at != std::string_view::npos; at = name.find(written->key)) {
      made.append(name.substr(0, at)).append(field);
      name.remove_prefix(at + written->key.size());
    }
    return made.append(name);
  }
  return std::nullopt;
}

Result<SampleFacts> look_into(const std::string& source) {
  VDP_ASSIGN(const auto file, locate(source));
  VDP_ASSIGN_IN(source, const auto store, open_source_store(file.folder, {}));
  VDP_ASSIGN_IN(source, const auto bytes, open_source(store, file.key));
  VDP_ASSIGN_IN(source, const auto tree, parse_source(*bytes, "auto"));
  VDP_ASSIGN_IN(source, const auto path, find_axis(tree));
  const auto& array = tree.arrays.at(path);
  const auto& attributes = array.metadata.attributes;
  VDP_ASSIGN_IN(source, const auto units,
                dataset::parse_time_units(text_of(attributes, "units"), text_of(attributes, "calendar")));
  VDP_ASSIGN_IN(source, const auto value, first_value(*bytes, array));
  VDP_ASSIGN_IN(source, const auto instant, dataset::to_instant(value, units));
  VDP_ASSIGN_IN(source, const auto time, dataset::to_date_time(units.calendar, instant));

  SampleFacts facts;
  const auto slash = path.rfind('/');
  facts.folder = file.folder;
  if (slash != 0) facts.group = path.substr(0, slash);
  facts.axis = path.substr(slash + 1);
  facts.first_time = dataset::format_date_time(time);
  facts.pattern = pattern_of_name(file.key, facts.axis, time, units.calendar).value_or("*");
  return facts;
}

}  // namespace vdp::cli
