// A FlatBuffer laid out by hand, front to back, on its way into an object. Private to this room.
#pragma once

#include <array>
#include <concepts>
#include <cstring>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "icechunk/format/object_envelope.h"
#include "icechunk/format/zstd_frame.h"

namespace vdp::icechunk {

/// The library's builder works from the back to the front and has the whole buffer in memory, several times over for a
/// moment. Where millions of records have sizes that are known beforehand, so are all positions, and only a block of
/// them need exist at a time. Positions count from the start of the FlatBuffer; every number lies at a multiple of its
/// own size, which readers check. Numbers are little-endian, as the machines that we build for.
class WireStream {
 public:
  /// Begins the object. `payload_bytes`: of the whole FlatBuffer, exactly.
  WireStream(ObjectType type, std::uint64_t payload_bytes, int compression_level);

  std::uint64_t position() const { return flushed_bytes_ + used_; }

  template <std::unsigned_integral Number>
  void put(Number value) {
    if (used_ + sizeof(value) > block_.size()) flush();
    std::memcpy(block_.data() + used_, &value, sizeof(value));
    used_ += sizeof(value);
  }
  template <std::unsigned_integral Number>
  void put_all(std::span<const Number> values) {
    for (const Number value : values) put(value);
  }
  void put_bytes(ByteView bytes);
  /// Zeros up to a multiple of `unit`.
  void pad(std::uint64_t unit) {
    while (position() % unit != 0) put(std::uint8_t{0});
  }
  /// The distance to what lies at `target`, further on.
  void put_offset_to(std::uint64_t target) { put(static_cast<std::uint32_t>(target - position())); }
  /// What a table begins with: the distance back to its vtable.
  void put_table_of(std::uint64_t vtable) { put(static_cast<std::uint32_t>(position() - vtable)); }

  /// The object, when all of the payload has been put.
  Bytes finish();

 private:
  void flush();

  Bytes object_;
  FrameWriter frame_;
  std::uint64_t flushed_bytes_ = 0;
  std::size_t used_ = 0;
  Bytes block_;
};

inline std::uint64_t round_up(std::uint64_t position, std::uint64_t unit) {
  return (position + unit - 1) / unit * unit;
}

/// What FlatBuffers can address, and readers take.
inline constexpr std::uint64_t max_wire_bytes = (2ULL << 30) - 1;

}  // namespace vdp::icechunk
