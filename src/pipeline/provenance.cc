#include "pipeline/provenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include "base/json.h"
#include "zarr/codec_pipeline.h"

namespace vdp {
namespace {

/// A batch rewrites one chunk of records: small enough to be cheap, large enough to compress.
constexpr std::uint64_t records_per_chunk = 1024;

}  // namespace

std::string provenance_group(const std::string& group) { return group == "/" ? "/_vdp" : group + "/_vdp"; }
std::string provenance_array(const std::string& group) { return provenance_group(group) + "/granules"; }

zarr::ArrayMetadata provenance_metadata(const std::string& axis, std::uint64_t slots) {
  zarr::ArrayMetadata metadata;
  metadata.shape = {slots};
  metadata.chunk_shape = {records_per_chunk};
  metadata.data_type = zarr::string();
  metadata.fill_value = "";
  metadata.codecs = zarr::native_codecs(metadata.data_type);
  metadata.dimension_names = {axis};
  metadata.attributes = {
      {"long_name", "the source file of each slot: a JSON record, or nothing where the slot is empty"}};
  return metadata;
}

std::string describe_slots(SlotBox box) {
  return box.size() == 1 ? fmt::format("slot {}", box.begin) : fmt::format("slots {} to {}", box.begin, box.end - 1);
}

std::string version_of(const Granule& granule) {
  // A local file system's etag is its inode and time: a copy of the same bytes would look like a new version.
  const bool is_local = granule.uri.starts_with("file:");
  if (!granule.etag.empty() && !is_local) return granule.etag;
  return fmt::format("{}-{}", granule.size, granule.last_modified_us);
}

std::string encode_record(const ProvenanceRecord& record) {
  Json json = {{"uri", record.uri},
               {"version", record.version},
               {"size", record.size},
               {"modified", record.modified},
               {"outcome", record.outcome}};
  if (!record.absent.empty()) json["absent"] = record.absent;
  return json.dump();
}

Result<ProvenanceRecord> decode_record(const std::string& text) {
  VDP_ASSIGN(const Json json, parse_json(text));
  if (!json.is_object() || !json.contains("uri") || !json["uri"].is_string()) {
    return corrupt(fmt::format("no provenance record: {}", text.substr(0, 100)));
  }
  const auto text_of = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  ProvenanceRecord record;
  record.uri = text_of("uri");
  record.version = text_of("version");
  record.modified = text_of("modified");
  record.outcome = text_of("outcome");
  if (const auto absent = json.find("absent"); absent != json.end() && absent->is_array()) {
    for (const Json& name : *absent) {
      if (name.is_string()) record.absent.push_back(name.get<std::string>());
    }
  }
  if (const auto size = json.find("size"); size != json.end() && size->is_number_unsigned()) record.size = *size;
  return record;
}

Status for_each_record_text(const icechunk::Session& session, const std::string& group,
                            const std::function<Status(SlotBox, const std::string&)>& visit) {
  const std::string path = provenance_array(group);
  if (!session.kind(path)) return {};
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  if (metadata.rank() != 1 || metadata.data_type.kind != zarr::DataType::Kind::string) {
    return corrupt(fmt::format("{} is not a list of texts", path));
  }
  // Slots may be declared far ahead of what was ever written (a regular axis with an end): only chunks that are there
  // are read.
  std::vector<std::uint64_t> chunks;
  VDP_TRY(session.for_each_ref(path, icechunk::ChunkBox::whole(metadata.grid_shape()),
                               [&](const icechunk::ChunkRefView& ref) { chunks.push_back(ref.index[0]); }));
  SlotBox run;  // grows as long as the slots say the same
  std::string run_text;
  const auto finish_run = [&]() -> Status { return run_text.empty() ? Status() : visit(run, run_text); };
  for (const std::uint64_t chunk : chunks) {
    const std::uint64_t begin = chunk * metadata.chunk_shape[0];
    const std::uint64_t end = std::min(begin + metadata.chunk_shape[0], metadata.shape[0]);
    VDP_ASSIGN_IN(path, const auto rows, read_rows(session, path, begin, end));
    std::uint64_t slot = begin;
    for (const std::string& text : std::get<std::vector<std::string>>(rows)) {
      if (text == run_text && run.end == slot) {
        ++run.end;
      } else {
        VDP_TRY(finish_run());
        run = {slot, slot + 1};
        run_text = text;
      }
      ++slot;
    }
  }
  return finish_run();
}

namespace {

using Texts = std::vector<std::string>;

Result<Texts> read_texts(const icechunk::Session& session, const std::string& path, SlotBox slots) {
  VDP_ASSIGN_IN(path, auto rows, read_rows(session, path, slots.begin, slots.end));
  return std::move(std::get<Texts>(rows));
}

/// The runs of slots that say the same, in order.
std::vector<SlotBox> runs_of(const Texts& texts, std::uint64_t first_slot) {
  std::vector<SlotBox> runs;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::uint64_t slot = first_slot + i;
    if (i == 0 || texts[i] != texts[i - 1]) runs.push_back({slot, slot});
    runs.back().end = slot + 1;
  }
  return runs;
}

/// Where the slots before `begin` that say the same begin.
Result<std::uint64_t> extend_back(const icechunk::Session& session, const std::string& path, const std::string& text,
                                  std::uint64_t begin) {
  while (begin > 0) {
    const SlotBox before{begin - std::min(begin, records_per_chunk), begin};
    VDP_ASSIGN(const auto texts, read_texts(session, path, before));
    const SlotBox last = runs_of(texts, before.begin).back();
    if (texts.back() != text) break;
    begin = last.begin;
    if (begin > before.begin) break;
  }
  return begin;
}

/// Where the slots after `end` that say the same end.
Result<std::uint64_t> extend_forward(const icechunk::Session& session, const std::string& path, const std::string& text,
                                     std::uint64_t end, std::uint64_t slots) {
  while (end < slots) {
    const SlotBox after{end, std::min(end + records_per_chunk, slots)};
    VDP_ASSIGN(const auto texts, read_texts(session, path, after));
    if (texts.front() != text) break;
    end = runs_of(texts, after.begin).front().end;
    if (end < after.end) break;
  }
  return end;
}

}  // namespace

Provenance Provenance::unread() {
  Provenance provenance;
  provenance.complete_ = false;
  return provenance;
}

Status Provenance::read_all(const icechunk::Session& session, const std::string& group) {
  if (complete_) return {};
  VDP_ASSIGN(*this, load(session, group));
  return {};
}

Status Provenance::read(const icechunk::Session& session, const std::string& group, SlotBox box) {
  if (complete_) return {};
  const std::string path = provenance_array(group);
  VDP_ASSIGN(const auto metadata, session.array_metadata(path));
  const std::uint64_t edge = metadata.chunk_shape.at(0);
  const std::uint64_t end = std::min(box.end, metadata.shape.at(0));
  for (std::uint64_t chunk = box.begin / edge; chunk * edge < end; ++chunk) {
    if (read_chunks_.contains(chunk)) continue;
    VDP_TRY(read_chunk(session, path, metadata, chunk));
    read_chunks_.insert(chunk);
  }
  return {};
}

/// A granule may fill slots of the chunks beside it, too.
Status Provenance::read_chunk(const icechunk::Session& session, const std::string& path,
                              const zarr::ArrayMetadata& metadata, std::uint64_t chunk) {
  const std::uint64_t slots = metadata.shape[0];
  const std::uint64_t begin = chunk * metadata.chunk_shape[0];
  const std::uint64_t end = std::min(begin + metadata.chunk_shape[0], slots);
  VDP_ASSIGN(const auto texts, read_texts(session, path, {begin, end}));
  for (SlotBox run : runs_of(texts, begin)) {
    const std::string& text = texts[run.begin - begin];
    if (text.empty()) continue;
    VDP_ASSIGN_IN(path, auto record, decode_record(text));
    if (record.is_retracted()) continue;
    record.box = run;
    if (run.begin == begin) {
      VDP_ASSIGN(record.box.begin, extend_back(session, path, text, begin));
    }
    if (run.end == end) {
      VDP_ASSIGN(record.box.end, extend_forward(session, path, text, end, slots));
    }
    put(record);
  }
  return {};
}

Result<Provenance> Provenance::load(const icechunk::Session& session, const std::string& group) {
  Provenance provenance;
  VDP_TRY(for_each_record_text(session, group, [&](SlotBox box, const std::string& text) -> Status {
    VDP_ASSIGN_IN(provenance_array(group), auto record, decode_record(text));
    record.box = box;
    if (!record.is_retracted()) provenance.put(record);
    return {};
  }));
  return provenance;
}

const ProvenanceRecord* Provenance::at(std::uint64_t slot) const {
  auto next = by_begin_.upper_bound(slot);
  if (next == by_begin_.begin()) return nullptr;
  const ProvenanceRecord& record = std::prev(next)->second;
  return slot < record.box.end ? &record : nullptr;
}

const ProvenanceRecord* Provenance::find_uri(const std::string& uri) const {
  const auto found = begin_by_uri_.find(uri);
  return found == begin_by_uri_.end() ? nullptr : &by_begin_.at(found->second);
}

std::vector<const ProvenanceRecord*> Provenance::within(SlotBox box) const {
  std::vector<const ProvenanceRecord*> records;
  if (const ProvenanceRecord* first = at(box.begin); first != nullptr) records.push_back(first);
  for (auto next = by_begin_.upper_bound(box.begin); next != by_begin_.end() && next->first < box.end; ++next) {
    records.push_back(&next->second);
  }
  return records;
}

void Provenance::put(const ProvenanceRecord& record) {
  for (const ProvenanceRecord* old : within(record.box)) erase(old->box.begin);
  by_begin_[record.box.begin] = record;
  begin_by_uri_[record.uri] = record.box.begin;
}

void Provenance::make_room(SlotBox box) {
  std::vector<ProvenanceRecord> moved;
  const auto first = by_begin_.lower_bound(box.begin);
  for (auto next = first; next != by_begin_.end(); ++next) moved.push_back(std::move(next->second));
  by_begin_.erase(first, by_begin_.end());
  for (ProvenanceRecord& record : moved) {
    record.box.begin += box.size();
    record.box.end += box.size();
    begin_by_uri_[record.uri] = record.box.begin;
    by_begin_.emplace_hint(by_begin_.end(), record.box.begin, std::move(record));
  }
}

void Provenance::remove(const std::string& uri) {
  if (const ProvenanceRecord* record = find_uri(uri)) erase(record->box.begin);
}

void Provenance::erase(std::uint64_t begin) {
  const auto found = by_begin_.find(begin);
  begin_by_uri_.erase(found->second.uri);
  by_begin_.erase(found);
}

}  // namespace vdp
