// One version of one source object, read by ranges. Decoders never see it: they see bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "formats/read_plan.h"
#include "manifest/chunk_manifest.h"
#include "store/object_store.h"

namespace vdp {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// What the store tells of the version that all reads are of.
  virtual const ObjectInfo& info() const = 0;
  std::uint64_t size() const { return info().size; }
  /// The same version, as a reference to it is written.
  virtual const SourceLocation& location() const = 0;
  /// How it is best read.
  virtual const ReadPlan& read_plan() const = 0;
  /// One buffer per range, all of one version of the object (`conflict` where it was replaced meanwhile).
  virtual Result<std::vector<Bytes>> read(std::span<const ByteRange> ranges) = 0;

  /// Of the store; what is answered out of memory does not count. For `inspect -v`.
  struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
    std::uint64_t rounds = 0;  ///< of requests that are under way together
  };
  Counters counters;
};

/// Whether a reference tells the version of an object by its etag; otherwise by its time of modification. Official
/// readers find no etag of a local file equal, and ask web servers for etags without their quotes, which only servers
/// of S3 understand: others answer 412.
bool references_carry_etag(std::string_view url);

/// An object of a store. The location is the store's URL and the key, and the version: the etag, or where references do
/// not carry it (or there is none) the modification time, rounded up to the next second.
///
/// A remote object is opened by reading its beginning, in one request. What was read of it is kept (up to 8 MiB) and
/// not asked for again; what is missing is joined into few ranges and asked for together, as `remote_plan` says.
Result<std::unique_ptr<ByteSource>> open_source(ObjectStorePtr store, const std::string& key,
                                                const ReadPlan& remote_plan = remote_read_plan());

/// Bytes in memory, for tests and fuzz targets.
std::unique_ptr<ByteSource> memory_source(Bytes bytes, std::string url);

}  // namespace vdp
