#include "discover/inventory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/json.h"
#include "base/json_field.h"
#include "base/timestamp.h"
#include "dataset/axis.h"
#include "dataset/locations.h"
#include "discover/csv_rows.h"
#include "discover/inventory_file.h"
#include "discover/s3_inventory.h"
#include "store/url.h"

namespace vdp {
namespace {

/// "folder/" of "s3://bucket/folder/": what keys of the bucket have before those under the prefix.
std::string bucket_path(const std::string& prefix) {
  const std::size_t scheme = prefix.find("://");
  const std::size_t slash = scheme == std::string::npos ? scheme : prefix.find('/', scheme + 3);
  if (slash == std::string::npos) return {};
  return decode_path(std::string_view(prefix).substr(slash + 1)).value_or("");
}

Result<InventoryRow> row_of(const Json& value) {
  InventoryRow row;
  if (value.is_string()) {
    row.location = value.get<std::string>();
    return row;
  }
  if (!value.is_object()) return invalid(fmt::format("found {}, expected a text or an object", value.type_name()));
  row.location = text_field(value, value.contains("uri") ? "uri" : "key");
  if (row.location.empty()) return invalid("found an object without a \"uri\" or a \"key\"");
  row.etag = text_field(value, "etag");
  if (const auto size = value.find("size"); size != value.end()) {
    if (!size->is_number_unsigned()) return invalid(fmt::format("{}: \"size\" is no count of bytes", row.location));
    row.size = size->get<std::uint64_t>();
  }
  if (const std::string modified = text_field(value, "modified"); !modified.empty()) {
    const auto time = parse_timestamp(modified);
    if (!time) return invalid(fmt::format("{}: \"modified\" is \"{}\", expected RFC 3339", row.location, modified));
    row.last_modified_us = *time;
  }
  return row;
}

Status read_json(std::string_view text, InventoryCollector& collector) {
  VDP_ASSIGN(Json document, parse_json(text));
  if (!document.is_array()) return invalid(fmt::format("found {}, expected an array", document.type_name()));
  for (std::size_t i = 0; i < document.size(); ++i) {
    VDP_ASSIGN_IN(fmt::format("element {}", i), const auto row, row_of(document[i]));
    collector.add(row);
    document[i] = nullptr;  // a million of them are not held twice
  }
  return {};
}

/// Fields under the names of the columns, as an object of JSON would have them.
Status read_csv(std::string_view text, InventoryCollector& collector) {
  std::vector<std::string> columns;
  return for_each_csv_row(text, [&](const std::vector<std::string>& fields) -> Status {
    if (columns.empty()) {
      columns = fields;
      return {};
    }
    if (fields.size() != columns.size()) {
      return invalid(fmt::format("{} fields, expected {}", fields.size(), columns.size()));
    }
    Json object = Json::object();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].empty()) continue;
      object[columns[i]] = fields[i];
      if (columns[i] != "size") continue;
      VDP_ASSIGN_IN("column size", object[columns[i]], parse_json(fields[i]));
    }
    VDP_ASSIGN(const auto row, row_of(object));
    collector.add(row);
    return {};
  });
}

void read_lines(std::string_view text, InventoryCollector& collector) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#')) collector.add({std::string(line), 0, {}, 0});
  }
}

bool has_header(std::string_view text) {
  const std::string_view first = text.substr(0, std::min(text.find('\n'), text.size()));
  bool found = false;
  (void)for_each_csv_row(first, [&](const std::vector<std::string>& fields) -> Status {
    found = std::ranges::count(fields, "uri") + std::ranges::count(fields, "key") == 1;
    return {};
  });
  return found;
}

Result<Inventory> read_text(const dataset::SourceSpec& source, std::string_view text) {
  InventoryCollector collector(source, InventoryScope::dataset);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '[') {
    VDP_TRY(read_json(text, collector));
  } else if (has_header(text)) {
    VDP_TRY(read_csv(text, collector));
  } else {
    read_lines(text, collector);
  }
  return collector.finish();
}

}  // namespace

std::optional<std::string> InventoryCollector::key_of(const std::string& location) const {
  if (!has_scheme(location) && !location.starts_with('/')) {
    const std::string in_bucket = bucket_path(source_.prefix);
    const bool is_of_bucket = !in_bucket.empty() && location.starts_with(in_bucket);
    if (is_of_bucket) return location.substr(in_bucket.size());
    return scope_ == InventoryScope::dataset ? std::optional(location) : std::nullopt;
  }
  const std::string url = has_scheme(location) ? location : "file://" + encode_path(location);
  if (!dataset::check_location(location) || !url.starts_with(source_.prefix)) return std::nullopt;
  const auto key = decode_path(std::string_view(url).substr(source_.prefix.size()));
  return key ? std::optional(*key) : std::nullopt;
}

void InventoryCollector::add(const InventoryRow& row) {
  ++inventory_.named;
  const bool is_of_dataset = scope_ == InventoryScope::dataset;
  const auto key = key_of(row.location);
  if (!key) {
    ++inventory_.elsewhere;
    if (is_of_dataset) find(fmt::format("{}: does not lie under source.prefix {}", row.location, source_.prefix));
    return;
  }
  ClassifiedKey classified = classify(source_, {*key, row.size, row.etag, row.last_modified_us});
  switch (classified.verdict) {
    case KeyVerdict::granule:
      inventory_.granules.push_back(std::move(classified.found));
      break;
    case KeyVerdict::excluded:
      ++inventory_.excluded;
      break;
    case KeyVerdict::not_matching:
      ++inventory_.not_matching;
      if (is_of_dataset) find(fmt::format("{}: {}", *key, classified.reason));
      break;
    case KeyVerdict::inconsistent:
      find(fmt::format("{}: {}", *key, classified.reason));
      break;
  }
}

Inventory InventoryCollector::finish() {
  auto& granules = inventory_.granules;
  const auto place = [](const FoundGranule& found) { return std::tie(found.identity, found.granule.key); };
  std::ranges::stable_sort(granules, std::ranges::less(), place);
  std::vector<FoundGranule> each_once;
  for (FoundGranule& found : granules) {
    if (each_once.empty() || each_once.back().identity != found.identity) {
      each_once.push_back(std::move(found));
      continue;
    }
    FoundGranule& known = each_once.back();
    if (known.granule.key == found.granule.key) {
      find(fmt::format("{}: named more than once", found.granule.key));
    } else {
      if (preferred(source_, found, known)) std::swap(found, known);
      find(fmt::format("{}: the same granule as {}", found.granule.key, known.granule.key));
    }
  }
  granules = std::move(each_once);
  return std::move(inventory_);
}

Result<Inventory> load_inventory(const dataset::SourceSpec& source, const std::string& location,
                                 std::uint64_t max_bytes) {
  VDP_ASSIGN(const InventoryFile file, InventoryFile::at(location, source.access));
  VDP_ASSIGN_IN(location, const Bytes bytes, file.read(max_bytes));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto inventory =
      is_s3_inventory_manifest(text) ? read_s3_inventory(source, file, text, max_bytes) : read_text(source, text);
  if (!inventory) return std::unexpected(within(location, std::move(inventory).error()));
  return inventory;
}

Result<Inventory> enumerate_granules(const dataset::DatasetFile& file) {
  const dataset::AxisSpec& axis = file.axes.front();
  const auto& pattern = file.source.pattern;
  if (axis.kind != dataset::AxisKind::regular || axis.end.empty()) {
    return invalid(fmt::format("keys are enumerated along a regular axis with an end: axis.{} has none", axis.name));
  }
  VDP_ASSIGN(const auto units, dataset::parse_time_units("nanoseconds since 1970-01-01", pattern.calendar()));
  VDP_ASSIGN(const auto regular, dataset::RegularAxis::create(axis, units, dataset::NumberType::int64));
  InventoryCollector collector(file.source, InventoryScope::dataset);
  std::string last;
  for (std::uint64_t slot = 0; slot < regular.length().value_or(0); ++slot) {
    dataset::PatternFields fields;
    VDP_ASSIGN(fields.times[axis.name], dataset::to_date_time(pattern.calendar(), regular.instant(slot)));
    VDP_ASSIGN(auto outline, pattern.outline(fields));
    if (!outline.open_fields.empty()) {
      return invalid(fmt::format("source.pattern \"{}\" has fields that no slot tells: {}", pattern.text(),
                                 fmt::join(outline.open_fields, ", ")));
    }
    if (outline.key != last) collector.add({outline.key, 0, {}, 0});  // a file of several slots has one key
    last = std::move(outline.key);
  }
  return collector.finish();
}

}  // namespace vdp
