#include "discover/s3_inventory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json.h"
#include "base/json_field.h"
#include "base/timestamp.h"
#include "discover/csv_rows.h"
#include "store/url.h"

namespace vdp {
namespace {

constexpr std::string_view arn_of_buckets = "arn:aws:s3:::";

/// Positions of the columns that are used; CSV files of an S3 Inventory have no header, the manifest's fileSchema is
/// it.
struct Columns {
  std::size_t count = 0;
  std::size_t key = 0;
  std::optional<std::size_t> bucket, size, modified, etag, is_latest, is_delete_marker;
};

Result<Columns> read_schema(std::string_view schema) {
  Columns columns;
  std::optional<std::size_t> key;
  while (!schema.empty()) {
    const std::size_t end = std::min(schema.find(','), schema.size());
    std::string_view name = schema.substr(0, end);
    schema.remove_prefix(std::min(end + 1, schema.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const std::size_t position = columns.count++;
    if (name == "Key") key = position;
    if (name == "Bucket") columns.bucket = position;
    if (name == "Size") columns.size = position;
    if (name == "LastModifiedDate") columns.modified = position;
    if (name == "ETag") columns.etag = position;
    if (name == "IsLatest") columns.is_latest = position;
    if (name == "IsDeleteMarker") columns.is_delete_marker = position;
  }
  if (!key) return invalid("fileSchema has no column Key");
  columns.key = *key;
  return columns;
}

/// Keys are written as in the query of a URL: '+' is a space.
Result<std::string> decode_key(std::string text) {
  std::ranges::replace(text, '+', ' ');
  return decode_path(text);
}

Result<InventoryRow> row_of(const Columns& columns, const std::vector<std::string>& fields) {
  InventoryRow row;
  VDP_ASSIGN_IN("column Key", row.location, decode_key(fields[columns.key]));
  if (columns.size && !fields[*columns.size].empty()) {
    const std::string& text = fields[*columns.size];
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), row.size);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
      return corrupt(fmt::format("column Size: found \"{}\", expected a count of bytes", text));
    }
  }
  // Listings and answers have etags in quotes, inventories do not.
  if (columns.etag && !fields[*columns.etag].empty()) row.etag = fmt::format("\"{}\"", fields[*columns.etag]);
  if (columns.modified) row.last_modified_us = parse_timestamp(fields[*columns.modified]).value_or(0);
  return row;
}

bool is_current(const Columns& columns, const std::vector<std::string>& fields, const std::string& bucket) {
  if (columns.bucket && fields[*columns.bucket] != bucket) return false;
  if (columns.is_latest && fields[*columns.is_latest] == "false") return false;
  return !columns.is_delete_marker || fields[*columns.is_delete_marker] != "true";
}

Status read_file(const InventoryFile& file, const Columns& columns, const std::string& bucket, std::uint64_t max_bytes,
                 InventoryCollector& collector) {
  VDP_ASSIGN(const Bytes bytes, file.read(max_bytes));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return for_each_csv_row(text, [&](const std::vector<std::string>& fields) -> Status {
    if (fields.size() != columns.count) {
      return corrupt(fmt::format("{} fields, expected {}", fields.size(), columns.count));
    }
    if (!is_current(columns, fields, bucket)) return {};
    VDP_ASSIGN(const auto row, row_of(columns, fields));
    collector.add(row);
    return {};
  });
}

}  // namespace

bool is_s3_inventory_manifest(std::string_view text) {
  if (!text.starts_with('{')) return false;
  const auto document = parse_json(text);
  return document && document->contains("fileFormat") && document->contains("files");
}

Result<Inventory> read_s3_inventory(const dataset::SourceSpec& source, const InventoryFile& manifest,
                                    std::string_view text, std::uint64_t max_bytes) {
  VDP_ASSIGN(const Json document, parse_json(text));
  const std::string format = text_field(document, "fileFormat");
  if (format != "CSV") {
    return unsupported(
        fmt::format("an S3 Inventory in {}: no library for it is packaged for Debian or Ubuntu; set up "
                    "the inventory with CSV",
                    format));
  }
  VDP_ASSIGN(const Columns columns, read_schema(text_field(document, "fileSchema")));
  std::string destination = text_field(document, "destinationBucket");
  if (destination.starts_with(arn_of_buckets)) destination.erase(0, arn_of_buckets.size());
  InventoryCollector collector(source, InventoryScope::bucket);
  if (!document["files"].is_array()) return corrupt("\"files\" is no array");
  for (const Json& each : document["files"]) {
    const std::string key = each.is_object() ? text_field(each, "key") : "";
    if (key.empty()) return corrupt("an entry of \"files\" has no \"key\"");
    VDP_ASSIGN(const auto file, manifest.named(destination, key));
    if (auto read = read_file(file, columns, text_field(document, "sourceBucket"), max_bytes, collector); !read) {
      return std::unexpected(within(key, std::move(read).error()));
    }
  }
  return collector.finish();
}

}  // namespace vdp
