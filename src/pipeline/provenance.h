// Provenance: which granule fills which slot, as the store itself keeps it in the array `_vdp/granules`, one text per
// slot, written in the same commit as the references.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dataset/granule.h"
#include "icechunk/repo/session.h"
#include "pipeline/native_rows.h"
#include "zarr/array_metadata.h"

namespace vdp {

/// The paths of the group and of the array beside the dataset in `group`.
std::string provenance_group(const std::string& group);
std::string provenance_array(const std::string& group);

/// The array's metadata for `slots` slots of the axis.
zarr::ArrayMetadata provenance_metadata(const std::string& axis, std::uint64_t slots);

/// A half-open range of slots.
struct SlotBox {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
  bool operator==(const SlotBox&) const = default;
};

/// "slot 3", "slots 3 to 5".
std::string describe_slots(SlotBox box);

/// What the store knows of the granule that fills a slot.
struct ProvenanceRecord {
  std::string uri;
  std::string version;  ///< see version_of
  std::uint64_t size = 0;
  std::string modified;             ///< RFC 3339
  std::string outcome;              ///< "written", "replaced" or "retracted"
  std::vector<std::string> absent;  ///< variables that the granule lacks: their values in its slots are fill
  /// All slots that the granule fills. Not part of the text: it is where the text stands.
  SlotBox box;
  bool operator==(const ProvenanceRecord&) const = default;

  /// The granule was here, and its slots are empty now, for others to fill.
  bool is_retracted() const { return outcome == "retracted"; }
};

/// The etag where the source has one that means its content, else size and time of modification.
std::string version_of(const Granule& granule);

std::string encode_record(const ProvenanceRecord& record);
/// `corrupt` for anything that encode_record did not write.
Result<ProvenanceRecord> decode_record(const std::string& text);

/// Calls `visit` for every run of slots that hold the same text, in order; empty slots are left out. A store of another
/// maker has none. What `visit` fails with ends the walk.
Status for_each_record_text(const icechunk::Session& session, const std::string& group,
                            const std::function<Status(SlotBox, const std::string&)>& visit);

/// The records of granules that are in a store, by first slot: all of them, or those that were read so far. Kept in
/// step by the caller as it places granules.
class Provenance {
 public:
  /// Reads the whole array; a store of another maker has none, and then nothing is known.
  static Result<Provenance> load(const icechunk::Session& session, const std::string& group);
  /// Of a store whose records are read as they are needed: a batch need not pay for the length of the store.
  static Provenance unread();

  /// Reads the records whose boxes meet `box`, where that was not done before. The session must hold what was put() so
  /// far.
  Status read(const icechunk::Session& session, const std::string& group, SlotBox box);
  Status read_all(const icechunk::Session& session, const std::string& group);
  /// Whether all records are here. The other questions are about those that were read.
  bool is_complete() const { return complete_; }

  /// The record whose box holds the slot.
  const ProvenanceRecord* at(std::uint64_t slot) const;
  const ProvenanceRecord* find_uri(const std::string& uri) const;
  /// Records whose boxes meet `box`.
  std::vector<const ProvenanceRecord*> within(SlotBox box) const;
  const std::map<std::uint64_t, ProvenanceRecord>& records() const { return by_begin_; }

  /// Takes the place of every record whose box it meets.
  void put(const ProvenanceRecord& record);
  /// Moves what fills `box` and everything behind it up by its size. All records are here, and none reaches over the
  /// box's begin.
  void make_room(SlotBox box);
  /// Forgets the granule, if it is known.
  void remove(const std::string& uri);

 private:
  void erase(std::uint64_t begin);
  Status read_chunk(const icechunk::Session& session, const std::string& path, const zarr::ArrayMetadata& metadata,
                    std::uint64_t chunk);

  bool complete_ = true;
  std::set<std::uint64_t> read_chunks_;  ///< of the array, where not complete
  std::map<std::uint64_t, ProvenanceRecord> by_begin_;
  std::map<std::string, std::uint64_t> begin_by_uri_;
};

}  // namespace vdp
