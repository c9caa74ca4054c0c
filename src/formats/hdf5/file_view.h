// The file as its format addresses it: addresses are relative to the base address, and widths are the superblock's.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cursor.h"
#include "formats/hdf5/sparse_bytes.h"

namespace vdp::hdf5 {

/// An address in the file, relative to its base address.
using Address = std::uint64_t;
/// Written as all ones: the object does not exist.
inline constexpr Address undefined_address = std::numeric_limits<std::uint64_t>::max();

/// Widths and places that hold for the whole file ("II.A. Superblock").
struct Geometry {
  std::uint8_t offset_bytes = 8;  ///< "size of offsets": of addresses
  std::uint8_t length_bytes = 8;  ///< "size of lengths": of sizes and dimensions
  std::uint64_t base_address = 0;
};

/// Bounds on what one structure may declare, and on what decoding may cost. Structures of honest files do not overlap:
/// what many of them share is how a small file asks for much memory and time.
struct DecodeLimits {
  std::uint64_t max_entries = 50'000'000;        ///< of one index, list or heap
  std::uint64_t max_element_bytes = 1ULL << 28;  ///< of variable-length elements, in one object
  std::uint64_t max_value_bytes = 1ULL << 28;    ///< of one object's values, decoded
  std::uint64_t max_viewed_bytes = 1ULL << 40;   ///< of all structures, each as often as it is decoded
  std::uint32_t max_depth = 64;

  static DecodeLimits of_file(std::uint64_t file_size, std::uint64_t max_entries, std::uint32_t max_depth);
};

/// One index of the file's table of shared messages.
struct SharedMessageIndex {
  std::uint16_t type_flags = 0;      ///< bit t: it holds messages of type t
  Address heap = undefined_address;  ///< the fractal heap that they lie in
};

/// Where an object of a global heap collection lies.
struct HeapObjectPlace {
  std::uint32_t index = 0;
  Address address = undefined_address;
  std::uint64_t length = 0;
};
using HeapCollection = std::vector<HeapObjectPlace>;  ///< by index

/// What decoders have found out, so that it is not found out again for each object.
struct DecodedBefore {
  std::map<Address, HeapCollection> collections;
  std::uint64_t collection_bytes = 0;               ///< in sum
  std::set<std::array<std::uint64_t, 4>> verified;  ///< blocks of fractal heaps, see FractalHeap
  std::uint64_t viewed_bytes = 0;
};

class FileView {
 public:
  FileView(const SparseBytes& bytes, Geometry geometry, DecodeLimits limits)
      : bytes_(&bytes), geometry_(geometry), limits_(limits) {}

  const Geometry& geometry() const { return geometry_; }
  const DecodeLimits& limits() const { return limits_; }

  /// Empty for files without such a table, and until it is set.
  const std::vector<SharedMessageIndex>& shared_message_indexes() const { return shared_message_indexes_; }
  void set_shared_message_indexes(std::vector<SharedMessageIndex> indexes) {
    shared_message_indexes_ = std::move(indexes);
  }

  /// Exactly `length` bytes of the structure `what`; `corrupt` where they lie outside of the file, `limit` where more
  /// was viewed than any honest file takes.
  Decoded<ByteView> view(Address address, std::uint64_t length, std::string_view what) const;
  /// At least `length` bytes; when they are missing, `wanted` are asked for, because more will be needed soon.
  Decoded<ByteView> view_ahead(Address address, std::uint64_t length, std::uint64_t wanted,
                               std::string_view what) const;
  /// A cursor over such bytes, whose messages name offsets in the file.
  Cursor cursor(ByteView bytes, Address address) const { return Cursor(bytes, address + geometry_.base_address); }

  DecodedBefore& decoded_before() const { return decoded_before_; }

  std::uint64_t file_size() const { return bytes_->file_size(); }
  /// Whether the whole range lies within the file.
  bool contains(Address address, std::uint64_t length) const;
  std::uint64_t absolute(Address address) const { return address + geometry_.base_address; }

  Result<Address> read_address(Cursor& cursor, std::string_view field) const {
    const std::size_t width = geometry_.offset_bytes;
    VDP_ASSIGN(const std::uint64_t address, cursor.read_uint(width, field));
    const std::uint64_t all_ones = width >= 8 ? undefined_address : (std::uint64_t{1} << (8 * width)) - 1;
    return address == all_ones ? undefined_address : address;
  }
  Result<std::uint64_t> read_length(Cursor& cursor, std::string_view field) const {
    return cursor.read_uint(geometry_.length_bytes, field);
  }

 private:
  const SparseBytes* bytes_;
  Geometry geometry_;
  DecodeLimits limits_;
  std::vector<SharedMessageIndex> shared_message_indexes_;
  mutable DecodedBefore decoded_before_;
};

/// Number of bytes that hold every value up to `limit`.
std::size_t bytes_to_hold(std::uint64_t limit);

/// Adds one to `count`; `limit` where it is `max` already.
Status count_against(std::uint64_t& count, std::uint64_t max, std::string_view what);

}  // namespace vdp::hdf5
