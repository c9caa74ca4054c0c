#include "formats/hdf5/external_files.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "formats/hdf5/local_heap.h"
#include "store/url.h"

namespace vdp::hdf5 {

/// Version (1), reserved (3), allocated slots (2), used slots (2), heap; slots: name's place in the heap, offset, size.
Decoded<ExternalStorage> read_external_files(const FileView& file, const Message& message) {
  Cursor cursor = file.cursor(message.body, message.address);
  VDP_ASSIGN(const auto version, cursor.read_u8("external files: version"));
  if (version != 1) return corrupt(fmt::format("external files: version {} found, 1 expected", version));
  VDP_TRY(cursor.skip(3 + 2, "external files: allocated slots"));
  ExternalStorage storage;
  VDP_ASSIGN(storage.pieces, cursor.read_u16("external files: used slots"));
  VDP_ASSIGN(const Address heap_address, file.read_address(cursor, "external files: heap"));
  if (storage.pieces == 0) return corrupt("external files: none are named");
  VDP_ASSIGN(const ByteView heap, read_local_heap(file, heap_address));
  VDP_ASSIGN(const auto name, file.read_length(cursor, "external file: name"));
  VDP_ASSIGN(storage.name, heap_text(heap, name));
  VDP_ASSIGN(storage.offset_bytes, file.read_length(cursor, "external file: offset"));
  VDP_ASSIGN(storage.size_bytes, file.read_length(cursor, "external file: size"));
  return storage;
}

Result<std::string> sibling_url(const std::string& url, const std::string& name) {
  const bool leads_out = name.empty() || name.find('/') != std::string::npos || name.find('\\') != std::string::npos ||
                         name == "." || name == "..";
  if (leads_out || !is_utf8(name)) {
    return unsupported(fmt::format("values in the external file \"{}\", which is not beside this one",
                                   is_utf8(name) ? name : "(not valid UTF-8)"));
  }
  return url.substr(0, url.rfind('/') + 1) + encode_path(name);
}

}  // namespace vdp::hdf5
