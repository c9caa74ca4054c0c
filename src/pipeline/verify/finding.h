// One thing that verify found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_fwd.h"
#include "pipeline/provenance.h"

namespace vdp {

struct VerifyFinding {
  enum class Kind {
    length,             ///< arrays along the axis have different lengths: the store cannot be opened (hazard C7)
    axis_value,         ///< a coordinate does not increase, or is not what the axis computes
    record,             ///< a provenance record cannot be read, or names a granule in two places
    no_record,          ///< references in slots that no record claims
    foreign_ref,        ///< a reference into another object than the slot's record names
    outside_container,  ///< a reference that no virtual chunk container allows: refused, or read as fill (hazard C16)
    ref_version,        ///< a reference to another version than the record's, or to none in particular
    ref_range,          ///< a reference to other bytes than the source has for this chunk
    no_refs,            ///< chunks of the source that the store has no reference for
    source_missing,     ///< the object is gone
    source_changed,     ///< the object is another version than the store refers to
    unreadable,         ///< a sampled file or chunk cannot be read or decoded
    mismatch,           ///< metadata of a variable that the source contradicts: its values would mean something else
    value,              ///< a value read through the store is not the source's
    missing,            ///< the listing has the granule, the store does not
  };
  Kind kind = Kind::value;
  SlotBox slots = {};         ///< empty where it is about no slot
  std::string uri = {};       ///< of the granule; may be empty
  std::string variable = {};  ///< may be empty
  std::string found = {};
  std::string expected = {};
  std::uint64_t count = 1;  ///< of references or slots that are so; `found` tells of the first
};

std::string_view to_string(VerifyFinding::Kind kind);

/// {"kind", "slots": [first, last], "uri", "variable", "found", "expected", "count"}, without what is empty.
Json to_json(const VerifyFinding& finding);

/// One line: "value: tas, slot 3, file:///data/a.nc: found 7 at (3, 0), expected 8".
std::string describe(const VerifyFinding& finding);

}  // namespace vdp
