// Between the generated FlatBuffers classes and our own: verification, ids, text. Private to this room.
#pragma once

#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <string>

#include "base/clock.h"
#include "common_wire.h"
#include "icechunk/format/ids.h"
#include "icechunk/format/metadata_value.h"
#include "icechunk/format/object_envelope.h"

namespace vdp::icechunk {

/// Nesting of real objects is below 10. A table takes at least 8 bytes, with those that refer to it: a bound on tables
/// by the payload's size stops what refers to the same tables again and again.
inline constexpr flatbuffers::uoffset_t max_wire_depth = 16;
inline constexpr std::size_t min_table_bytes = 8;

/// Zarr knows no limit; NumPy's is 64.
inline constexpr std::size_t max_rank = 64;

/// The root of a payload that passed verification: from here on every offset leads into the payload.
template <typename Root>
Result<const Root*> verified_root(ByteView payload, ObjectType type) {
  const auto max_tables = static_cast<flatbuffers::uoffset_t>(payload.size() / min_table_bytes + 1);
  flatbuffers::Verifier verifier(payload.data(), payload.size(), max_wire_depth, max_tables);
  if (!verifier.VerifyBuffer<Root>(nullptr)) {
    return corrupt(
        fmt::format("the {} bytes of its tables are no valid FlatBuffer of a {}", payload.size(), to_string(type)));
  }
  return flatbuffers::GetRoot<Root>(payload.data());
}

/// Verification holds the beginning of a vector against 4 bytes only; entries that lie in it and have 8-byte numbers
/// must be at a multiple of 8. `structs` may be null, and where it is empty its place has no meaning.
template <typename Struct>
Status check_aligned(const flatbuffers::Vector<const Struct*>* structs, std::string_view field) {
  if (structs == nullptr || structs->size() == 0) return {};
  if (reinterpret_cast<std::uintptr_t>(structs->Data()) % alignof(Struct) == 0) return {};
  return corrupt(fmt::format("{}: found entries that are not aligned to {} bytes", field, alignof(Struct)));
}

/// Finishes `root` and wraps it up as an object.
template <typename Root>
Bytes seal_root(flatbuffers::FlatBufferBuilder& builder, flatbuffers::Offset<Root> root, ObjectType type,
                int compression_level) {
  builder.Finish(root, "Ichk");
  return seal_object(type, {builder.GetBufferPointer(), builder.GetSize()}, compression_level);
}

template <std::size_t N, typename Struct>
Id<N> read_id(const Struct& wire_id) {
  static_assert(sizeof(Struct) == N);
  Id<N> id;
  std::memcpy(id.bytes.data(), &wire_id, N);
  return id;
}
inline Id<12> read_id12(const wire::ObjectId12* id) { return read_id<12>(*id); }
inline Id<8> read_id8(const wire::ObjectId8* id) { return read_id<8>(*id); }

inline wire::ObjectId12 write_id(const Id<12>& id) {
  wire::ObjectId12 wire_id;
  std::memcpy(&wire_id, id.bytes.data(), id.bytes.size());
  return wire_id;
}
inline wire::ObjectId8 write_id(const Id<8>& id) {
  wire::ObjectId8 wire_id;
  std::memcpy(&wire_id, id.bytes.data(), id.bytes.size());
  return wire_id;
}

using WireBytes = flatbuffers::Vector<std::uint8_t>;
using WireItems = flatbuffers::Vector<flatbuffers::Offset<wire::MetadataItem>>;

/// Copies parts of one verified payload. In a hostile payload many tables can refer to the same part, so the copies
/// together may not take more memory than those of an honest payload of its size: ids, numbers and short texts take two
/// to three times as much decoded.
class WireReader {
 public:
  explicit WireReader(std::size_t payload_bytes) : budget_bytes_(always_allowed_bytes + 3 * payload_bytes) {}

  /// Counts `count` elements of so many bytes in memory; `limit` where the payload cannot honestly hold them.
  Status take(std::uint64_t count, std::uint64_t element_bytes);
  /// Microseconds since 1970. `corrupt` beyond the year 9999, where arithmetic with it would not be safe.
  Result<TimestampUs> timestamp(std::uint64_t wire_us, std::string_view field) const;
  /// UTF-8, checked; "" for an absent string.
  Result<std::string> text(const flatbuffers::String* text, std::string_view field);
  Result<std::optional<std::string>> optional_text(const flatbuffers::String* text, std::string_view field);
  Result<Bytes> bytes(const WireBytes& bytes);
  Result<std::optional<Bytes>> optional_bytes(const WireBytes* bytes);
  Result<std::vector<StoredMetadataItem>> metadata(const WireItems* items);

 private:
  static constexpr std::uint64_t always_allowed_bytes = 16 << 20;
  std::uint64_t budget_bytes_;
};

flatbuffers::Offset<WireItems> write_metadata(flatbuffers::FlatBufferBuilder& builder,
                                              const std::vector<StoredMetadataItem>& items);

/// An absent vector where there is nothing to keep.
flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> write_optional_bytes(flatbuffers::FlatBufferBuilder& builder,
                                                                            const std::optional<Bytes>& bytes);
flatbuffers::Offset<flatbuffers::String> write_optional_text(flatbuffers::FlatBufferBuilder& builder,
                                                             const std::optional<std::string>& text);

}  // namespace vdp::icechunk
