#include "formats/hdf5/file_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/checked.h"
#include "formats/memory_budget.h"

namespace vdp::hdf5 {

DecodeLimits DecodeLimits::of_file(std::uint64_t file_size, std::uint64_t max_entries, std::uint32_t max_depth) {
  constexpr std::uint64_t entry_bytes = 64;  // of an index, where it is held
  constexpr std::uint64_t viewed_mib = 16;   // for small files, of which each round of reading decodes some again
  const std::uint64_t memory = MemoryBudget::allowed(file_size);
  DecodeLimits limits;
  limits.max_entries = std::min(max_entries, memory / entry_bytes);
  limits.max_element_bytes = file_size;
  limits.max_value_bytes = memory;
  limits.max_viewed_bytes = memory + (viewed_mib << 20);
  limits.max_depth = max_depth;
  return limits;
}

bool FileView::contains(Address address, std::uint64_t length) const {
  const auto begin = checked_add(address, geometry_.base_address);
  if (!begin) return false;
  const auto end = checked_add(*begin, length);
  return end && *end <= bytes_->file_size();
}

Decoded<ByteView> FileView::view(Address address, std::uint64_t length, std::string_view what) const {
  VDP_ASSIGN(ByteView found, view_ahead(address, length, length, what));
  return found.first(length);
}

Decoded<ByteView> FileView::view_ahead(Address address, std::uint64_t length, std::uint64_t wanted,
                                       std::string_view what) const {
  if (address == undefined_address) return corrupt(fmt::format("{}: its address is undefined", what));
  if (!contains(address, length)) {
    return corrupt(fmt::format("{}: {} bytes at offset {} reach beyond the end of the file, which has {} bytes", what,
                               length, address + geometry_.base_address, bytes_->file_size()));
  }
  auto found = bytes_->view(absolute(address), length, wanted);
  if (!found) return found;
  if (length > limits_.max_viewed_bytes - decoded_before_.viewed_bytes) {
    return over_limit(fmt::format("structures are used over and over: {} bytes were decoded, of a file of {}",
                                  decoded_before_.viewed_bytes, bytes_->file_size()));
  }
  decoded_before_.viewed_bytes += length;
  return found;
}

std::size_t bytes_to_hold(std::uint64_t limit) {
  return limit == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(limit)) + 7) / 8;
}

Status count_against(std::uint64_t& count, std::uint64_t max, std::string_view what) {
  if (count >= max) return over_limit(fmt::format("more than {} {}", max, what));
  ++count;
  return {};
}

}  // namespace vdp::hdf5
