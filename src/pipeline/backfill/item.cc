#include "pipeline/backfill/item.h"

#include <fmt/format.h>

#include "base/json.h"
#include "net/percent_encoding.h"
#include "pipeline/backfill/document.h"

namespace vdp::backfill {
namespace {

Json to_json(const dataset::Number& number) {
  return std::visit([](auto value) { return Json(value); }, number);
}

Result<dataset::Number> parse_number(const Json& value) {
  if (value.is_number_float()) return dataset::Number(value.get<double>());
  if (value.is_number_integer()) return dataset::Number(value.get<std::int64_t>());
  return invalid(fmt::format("found {}, expected a number", value.type_name()));
}

}  // namespace

Json to_json(const Item& item) {
  Json json = {{"index", item.index}, {"key", item.granule.key}, {"size", item.granule.size}};
  json["etag"] = item.granule.etag;
  json["modified_us"] = item.granule.last_modified_us;
  json["slot"] = item.slot;
  for (const auto& value : item.values) json["values"].push_back(to_json(value));
  return json;
}

Result<Item> parse_item(const Json& value, const std::string& prefix) {
  VDP_ASSIGN(const auto document, Document::of(value));
  Item item;
  VDP_ASSIGN(item.index, document.count("index"));
  VDP_ASSIGN(item.granule.key, document.text("key"));
  item.granule.uri = prefix + encode_path(item.granule.key);
  VDP_ASSIGN(item.granule.size, document.count("size"));
  VDP_ASSIGN(item.granule.etag, document.text("etag"));
  VDP_ASSIGN(const std::uint64_t modified_us, document.count("modified_us"));
  item.granule.last_modified_us = static_cast<TimestampUs>(modified_us);
  VDP_ASSIGN(item.slot, document.count("slot"));
  if (!value.contains("values")) return item;
  VDP_ASSIGN(const Json* values, document.array("values"));
  for (const Json& each : *values) {
    VDP_ASSIGN_IN("values", item.values.emplace_back(), parse_number(each));
  }
  return item;
}

Result<std::vector<Item>> parse_items(const Json& array, const std::string& prefix) {
  if (!array.is_array()) return invalid(fmt::format("found {}, expected an array of items", array.type_name()));
  std::vector<Item> items;
  for (const Json& value : array) {
    VDP_ASSIGN_IN(fmt::format("item {}", items.size()), items.emplace_back(), parse_item(value, prefix));
  }
  return items;
}

}  // namespace vdp::backfill
