#include "pipeline/verify/records.h"

#include <fmt/format.h>

#include <algorithm>

namespace vdp {
namespace {

using Kind = VerifyFinding::Kind;

constexpr std::size_t shown_text = 100;

/// One granule fills one run of slots.
void find_repeated(const std::vector<ProvenanceRecord>& records, std::vector<VerifyFinding>& findings) {
  std::vector<const ProvenanceRecord*> by_uri;
  for (const ProvenanceRecord& record : records) by_uri.push_back(&record);
  std::ranges::stable_sort(by_uri, {},
                           [](const ProvenanceRecord* record) -> const std::string& { return record->uri; });
  for (std::size_t i = 1; i < by_uri.size(); ++i) {
    const ProvenanceRecord& first = *by_uri[i - 1];
    const ProvenanceRecord& second = *by_uri[i];
    if (first.uri != second.uri) continue;
    findings.push_back(
        {.kind = Kind::record,
         .slots = second.box,
         .uri = second.uri,
         .found = fmt::format("a second record, beside that of slots {} to {}", first.box.begin, first.box.end - 1),
         .expected = "one run of slots with one record"});
  }
}

}  // namespace

Result<std::vector<ProvenanceRecord>> read_records(const icechunk::Session& session, const std::string& group,
                                                   std::vector<VerifyFinding>& findings) {
  std::vector<ProvenanceRecord> records;
  VDP_TRY(for_each_record_text(session, group, [&](SlotBox box, const std::string& text) -> Status {
    auto record = decode_record(text);
    if (record && record->is_retracted()) return {};  // its slots are empty: no chunk may be there
    if (record) {
      record->box = box;
      records.push_back(std::move(*record));
    } else {
      findings.push_back({.kind = Kind::record,
                          .slots = box,
                          .found = text.substr(0, shown_text),
                          .expected = "a JSON record of the slot's source file"});
    }
    return {};
  }));
  find_repeated(records, findings);
  return records;
}

}  // namespace vdp
