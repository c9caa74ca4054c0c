#include "formats/hdf5/local_heap.h"

#include <fmt/format.h>

namespace vdp::hdf5 {

/// "HEAP", version (1), reserved (3), size of the data, free list, address of the data.
Decoded<ByteView> read_local_heap(const FileView& file, Address address) {
  const std::uint64_t head_bytes = 8 + 2ULL * file.geometry().length_bytes + file.geometry().offset_bytes;
  VDP_ASSIGN(ByteView head, file.view_ahead(address, head_bytes, 512, "local heap"));
  Cursor cursor = file.cursor(head.first(head_bytes), address);
  VDP_TRY(cursor.expect("HEAP", "local heap: signature"));
  VDP_TRY(cursor.skip(4, "local heap: version"));
  VDP_ASSIGN(const auto size, file.read_length(cursor, "local heap: size"));
  VDP_TRY(cursor.skip(file.geometry().length_bytes, "local heap: free list"));
  VDP_ASSIGN(const Address data, file.read_address(cursor, "local heap: data"));
  return file.view(data, size, "local heap data");
}

Result<std::string> heap_text(ByteView heap, std::uint64_t offset) {
  if (offset >= heap.size()) {
    return corrupt(fmt::format("local heap: name at {} lies beyond its {} bytes", offset, heap.size()));
  }
  const std::string_view rest = as_text(heap.subspan(offset));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return corrupt("local heap: a name without its end");
  return std::string(rest.substr(0, end));
}

}  // namespace vdp::hdf5
