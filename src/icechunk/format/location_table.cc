#include "icechunk/format/location_table.h"

#include <functional>

namespace vdp::icechunk {

std::uint32_t LocationTable::add(const View& location) {
  // References mostly come file by file.
  if (!entries_.empty()) {
    const auto last = static_cast<std::uint32_t>(entries_.size() - 1);
    if ((*this)[last] == location) return last;
  }
  if (entries_.size() * 2 >= slots_.size()) grow();
  std::uint32_t& slot = slot_of(location);
  if (slot != free_slot) return slot;
  slot = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({text_.size(), static_cast<std::uint32_t>(location.url.size()),
                      static_cast<std::uint32_t>(location.etag.size()), location.last_modified_s});
  text_.append(location.url);
  text_.append(location.etag);
  return slot;
}

LocationTable::View LocationTable::operator[](std::uint32_t position) const {
  const Entry& entry = entries_[position];
  const std::string_view text = text_;
  return {text.substr(entry.begin, entry.url_size), text.substr(entry.begin + entry.url_size, entry.etag_size),
          entry.last_modified_s};
}

std::uint64_t LocationTable::memory_bytes() const {
  return text_.capacity() + entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(std::uint32_t);
}

std::uint32_t& LocationTable::slot_of(const View& location) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = std::hash<std::string_view>()(location.url) & mask;
  while (slots_[at] != free_slot && (*this)[slots_[at]] != location) at = (at + 1) & mask;
  return slots_[at];
}

void LocationTable::grow() {
  slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, free_slot);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) slot_of((*this)[i]) = i;
}

}  // namespace vdp::icechunk
