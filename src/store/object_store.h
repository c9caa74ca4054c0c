// ObjectStore: the one interface to named, versioned bytes. Everything that is read or written goes through it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"

namespace vdp {

/// What a store tells about an object without its bytes.
struct ObjectInfo {
  std::string key;         ///< relative to the store's root, '/' between parts, never a leading '/'
  std::uint64_t size = 0;  ///< bytes
  std::string etag;        ///< changes whenever the bytes are replaced; opaque
  TimestampUs last_modified_us = 0;
};

/// What `if_etag` of a read takes so that it is of this version: the etag, or where the store tells none,
/// `unmodified_since` and the time of modification in us. Nothing where neither is known.
constexpr std::string_view unmodified_since = "unmodified-since:";
std::optional<std::string> version_of(const ObjectInfo& info);

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

struct ObjectData {
  Bytes bytes;
  ObjectInfo info;
};

/// When a put may take effect.
struct PutCondition {
  enum class Kind { always, create_only, replace_only };
  Kind kind = Kind::always;
  std::string etag;  ///< of the version that replace_only replaces

  static PutCondition always() { return {}; }
  /// Only where no object has the key.
  static PutCondition create_only() { return {Kind::create_only, {}}; }
  /// Only where the object still has this etag.
  static PutCondition replace_only(std::string etag) { return {Kind::replace_only, std::move(etag)}; }
};

/// An object to be written under a key that nobody else uses.
struct NewObject {
  std::string key;
  Bytes bytes;
};

/// Takes one page of a listing; its error ends the listing and is what the listing returns.
using ListVisitor = std::function<Status(std::vector<ObjectInfo> page)>;

/// What of a listing is wanted, beyond its prefix. Stores that pay for each folder or key apart (HTTP asks for an index
/// page a folder, and for the size and version of each key) leave out what is not.
struct ListScope {
  std::string prefix;                                           ///< a plain string prefix
  std::function<bool(std::string_view folder)> wants_folder{};  ///< whether to look into "2020/060/"; unset: always
  std::function<bool(std::string_view key)> wants_key{};        ///< whether to tell more of it than the key
};

/// The operations that come with an implementation here are made of the others; stores that can do better override
/// them. Safe for use from several threads. Errors: not_found; conflict when a condition does not hold (nothing of ours
/// landed); outcome_unknown when a write may have landed; transient; denied; invalid for keys with empty, "." or ".."
/// parts, NUL or a leading '/'.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// The root as a URL that ends in '/': "file:///data/store/", "memory://name/".
  virtual std::string url() const = 0;

  virtual Result<ObjectInfo> head(std::string_view key) = 0;
  virtual Result<ObjectData> get(std::string_view key) = 0;
  /// Exactly the bytes of `range`; `corrupt` where the object ends before. With `if_etag`, `conflict` where the object
  /// is no longer that version.
  virtual Result<Bytes> get_range(std::string_view key, ByteRange range,
                                  const std::optional<std::string>& if_etag = std::nullopt) = 0;
  /// The same for several ranges, in their order, together where the store can.
  virtual Result<std::vector<Bytes>> get_ranges(std::string_view key, std::span<const ByteRange> ranges,
                                                const std::optional<std::string>& if_etag = std::nullopt);
  /// The first `max_bytes` (at least 1) of the object, all of it where it is shorter, and what head() tells of the same
  /// version. One request, where the store can: what a reader begins with.
  virtual Result<ObjectData> get_first(std::string_view key, std::uint64_t max_bytes);
  /// Nothing where the object still has `etag`.
  virtual Result<std::optional<ObjectData>> get_if_changed(std::string_view key, const std::string& etag);

  /// Durable when it returns (unless the store was opened otherwise); readers see all of the object or none of it.
  virtual Result<ObjectInfo> put(std::string_view key, ByteView bytes, const PutCondition& condition = {}) = 0;
  /// All of them, in no order, together where the store can; durable when it returns. Some may be there after an error.
  virtual Status put_all(std::span<const NewObject> objects);
  /// Server-side copy, in effect only where the source still has `if_etag`.
  virtual Status copy(std::string_view from, std::string_view to,
                      const std::optional<std::string>& if_etag = std::nullopt) = 0;
  /// Deleting what does not exist is no error.
  virtual Status remove(std::string_view key) = 0;
  /// All of them, in no order. After an error some may be gone.
  virtual Status remove_all(std::span<const std::string> keys);

  /// All objects whose keys begin with `prefix` (a plain string prefix; "" for all), in byte order of their keys.
  virtual Result<std::vector<ObjectInfo>> list(std::string_view prefix) = 0;
  /// The same by pages, from the first key after `after` on: what was visited need not be visited again.
  virtual Status list_pages(std::string_view prefix, std::string_view after, const ListVisitor& visit);
  /// The same from the beginning, where less may be told than is there: see ListScope.
  virtual Status list_scope(const ListScope& scope, const ListVisitor& visit) {
    return list_pages(scope.prefix, "", visit);
  }
};

using ObjectStorePtr = std::shared_ptr<ObjectStore>;

}  // namespace vdp
