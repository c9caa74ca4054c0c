#include "icechunk/format/chunk_ref.h"

namespace vdp::icechunk {

ChunkRef to_chunk_ref(const ChunkRefView& view) {
  switch (view.kind) {
    case ChunkRefKind::native:
      return NativeChunk{view.chunk_id, view.offset, view.length};
    case ChunkRefKind::virtual_:
      return VirtualChunk{
          {std::string(view.url), std::string(view.etag), view.last_modified_s}, view.offset, view.length};
    default:
      return InlineChunk{Bytes(view.bytes.begin(), view.bytes.end())};
  }
}

}  // namespace vdp::icechunk
