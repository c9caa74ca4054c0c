// The version of its source that a reference names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "icechunk/format/chunk_ref.h"
#include "pipeline/provenance.h"

namespace vdp {

/// What a reference into a record's granule carries: the etag, or where it does not (see references_carry_etag) or
/// there is none, the time of modification rounded up to the next second.
struct RefVersion {
  std::string etag;                  ///< empty: none
  std::int64_t last_modified_s = 0;  ///< 0: none
  bool operator==(const RefVersion&) const = default;
};

/// Nothing where the record does not tell.
std::optional<RefVersion> ref_version_of(const ProvenanceRecord& record);
RefVersion version_of(const icechunk::ChunkRefView& ref);

/// "etag \"abc\"", "modified at 2020-01-01T00:00:01Z", "no version".
std::string describe(const RefVersion& version);

}  // namespace vdp
