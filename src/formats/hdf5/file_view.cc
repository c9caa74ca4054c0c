#include "formats/hdf5/file_view.h"

#include <fmt/format.h>

#include <bit>

#include "base/checked.h"

namespace vdp::hdf5 {

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
  return bytes_->view(absolute(address), length, wanted);
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
