#include "pipeline/late_ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "pipeline/native_rows.h"
#include "pipeline/provenance.h"
#include "zarr/codec_pipeline.h"

namespace vdp {
namespace {

constexpr std::uint64_t entries_per_chunk = 1024;
/// Of a dimension of its own: the array does not follow the axis.
constexpr const char* entry_dimension = "late";

zarr::ArrayMetadata ledger_metadata(std::uint64_t entries) {
  zarr::ArrayMetadata metadata;
  metadata.shape = {entries};
  metadata.chunk_shape = {entries_per_chunk};
  metadata.data_type = zarr::string();
  metadata.fill_value = "";
  metadata.codecs = zarr::native_codecs(metadata.data_type);
  metadata.dimension_names = {entry_dimension};
  metadata.attributes = {{"long_name", "source files that came late and are to be folded in: a JSON record each"}};
  return metadata;
}

std::string encode_entry(const LateGranule& granule) {
  const Json json = {
      {"uri", granule.uri}, {"version", granule.version}, {"value", granule.value}, {"since_us", granule.since_us}};
  return json.dump();
}

Result<LateGranule> decode_entry(const std::string& text) {
  VDP_ASSIGN(const Json json, parse_json(text));
  const auto text_of = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  LateGranule granule;
  if (json.is_object()) granule = {text_of("uri"), text_of("version"), text_of("value"), 0};
  if (granule.uri.empty()) return corrupt(fmt::format("no record of a late file: {}", text.substr(0, 100)));
  if (const auto since = json.find("since_us"); since != json.end() && since->is_number_integer()) {
    granule.since_us = since->get<TimestampUs>();
  }
  return granule;
}

}  // namespace

std::string ledger_array(const std::string& group) { return provenance_group(group) + "/late"; }

Result<LateLedger> LateLedger::load(const icechunk::Session& session, const std::string& group) {
  LateLedger ledger;
  const std::string path = ledger_array(group);
  if (!session.kind(path)) return ledger;
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  if (metadata.rank() != 1 || metadata.data_type.kind != zarr::DataType::Kind::string) {
    return corrupt(fmt::format("{} is not a list of texts", path));
  }
  const std::uint64_t entries = metadata.shape[0];
  const std::uint64_t edge = metadata.chunk_shape[0];
  // By chunks: how long the array says that it is is no reason to take memory.
  for (std::uint64_t begin = 0; begin < entries; begin += edge) {
    const std::uint64_t end = std::min(begin + edge, entries);
    VDP_ASSIGN_IN(path, const auto rows, read_rows(session, path, begin, end));
    for (const std::string& text : std::get<std::vector<std::string>>(rows)) {
      VDP_ASSIGN_IN(path, LateGranule granule, decode_entry(text));
      ledger.by_uri_.insert_or_assign(granule.uri, granule);
    }
  }
  return ledger;
}

const LateGranule* LateLedger::find(const std::string& uri) const {
  const auto found = by_uri_.find(uri);
  return found == by_uri_.end() ? nullptr : &found->second;
}

std::vector<LateGranule> LateLedger::oldest(std::size_t limit) const {
  std::vector<LateGranule> granules;
  for (const auto& [uri, granule] : by_uri_) granules.push_back(granule);
  std::ranges::stable_sort(granules, {}, &LateGranule::since_us);
  if (granules.size() > limit) granules.resize(limit);
  return granules;
}

void LateLedger::put(LateGranule granule) {
  const auto [entry, inserted] = by_uri_.try_emplace(granule.uri, granule);
  if (!inserted) {
    granule.since_us = entry->second.since_us;
    entry->second = std::move(granule);
  }
  changed_ = true;
}

void LateLedger::remove(const std::string& uri) {
  if (by_uri_.erase(uri) != 0) changed_ = true;
}

Status LateLedger::write(const std::string& group, icechunk::Session& session) {
  if (!changed_) return {};
  const std::string path = ledger_array(group);
  VDP_TRY(session.set_array(path, ledger_metadata(by_uri_.size())));
  std::vector<std::string> texts;
  for (const auto& [uri, granule] : by_uri_) texts.push_back(encode_entry(granule));
  const std::uint64_t count = texts.size();
  VDP_TRY(write_rows(session, path, 0, {{0, count, std::move(texts)}}));
  changed_ = false;
  return {};
}

}  // namespace vdp
