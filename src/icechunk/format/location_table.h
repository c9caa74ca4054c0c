// The source locations of many virtual chunks, each stored once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/chunk_manifest.h"

namespace vdp::icechunk {

/// Texts lie one after the other in one block: a location of its own for every one of a million chunks costs its text
/// and about 32 bytes.
class LocationTable {
 public:
  struct View {
    std::string_view url;
    std::string_view etag;
    std::int64_t last_modified_s = 0;
    bool operator==(const View&) const = default;
  };

  /// The same location again gives the same position.
  std::uint32_t add(const View& location);
  /// Valid until the next add.
  View operator[](std::uint32_t position) const;
  std::size_t size() const { return entries_.size(); }
  std::uint64_t memory_bytes() const;

 private:
  struct Entry {
    std::uint64_t begin = 0;  ///< in text_: url, then etag
    std::uint32_t url_size = 0;
    std::uint32_t etag_size = 0;
    std::int64_t last_modified_s = 0;
  };
  static constexpr std::uint32_t free_slot = 0xffffffff;
  std::uint32_t& slot_of(const View& location);
  void grow();

  std::string text_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  ///< open addressing, a power of two, at most half full
};

}  // namespace vdp::icechunk
