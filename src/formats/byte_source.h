// One version of one source object, read by ranges. Decoders never see it: they see bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "manifest/chunk_manifest.h"
#include "store/object_store.h"

namespace vdp {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// The version that all reads are of.
  virtual const SourceLocation& location() const = 0;
  /// One buffer per range, all of one version of the object (`conflict` where it was replaced meanwhile).
  virtual Result<std::vector<Bytes>> read(std::span<const ByteRange> ranges) = 0;

  /// Counted for `inspect -v`.
  struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
    std::uint64_t rounds = 0;
  };
  Counters counters;
};

/// An object of a store. The location is the store's URL and the key; of a local file the modification time is rounded
/// up to the next second and the etag left out (official readers refuse anything else), of others the etag is kept.
Result<std::unique_ptr<ByteSource>> open_source(ObjectStorePtr store, const std::string& key);

/// Bytes in memory, for tests and fuzz targets.
std::unique_ptr<ByteSource> memory_source(Bytes bytes, std::string url);

}  // namespace vdp
