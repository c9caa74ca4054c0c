// Fork::encode. Fork::decode is in fork_decode.cc.
//
// The file, all numbers little-endian:
//
//   0   "VDPFORK" and a byte 0x1a
//   8   u32 version of this format, 2
//   12  u64 length of the payload
//   20  SHA-256 of the bytes 0 to 19 and the payload, as 64 lower-case hexadecimal digits
//   84  payload
//
// The payload, where a text is u32 length and UTF-8:
//
//   64 bytes identity of the repository, 12 bytes id of the base snapshot
//   u32 count, then per node       u8 what (1 new group, 2 new array, 3 group, 4 array with new metadata), 8 bytes id,
//                                  text path, text zarr.json
//   u32 count, then per deletion   u8 is it an array, 8 bytes id, text path
//   u32 count, then per array      8 bytes id, u8 rank,
//     u32 count, then per location   text url, text etag, u64 modified (s)
//     u64 count, then per chunk      rank times u32 index, u8 kind, then
//                                      0 inline    u32 length, bytes
//                                      1 native    12 bytes id, u64 offset, u64 length
//                                      2 virtual   u32 location, u64 offset, u64 length
//                                      3 missing   nothing
//   u32 count, then per array whose manifests were written anew
//                                  8 bytes id, u8 rank, 12 bytes id of the last time,
//     u32 count, then per manifest   12 bytes id, rank times u32 from and u32 to,
//                                    u8 is it new, and where it is u64 bytes, u32 references
//     u64 count, then per chunk that left its place or came to it
//                                    rank times u32 index
//
// Nodes are sorted by path, deletions and arrays by id, chunks by index; nothing is there twice. Version 1 ended after
// the chunks.
#include "icechunk/repo/fork_file.h"

#include "base/sha256.h"
#include "icechunk/repo/fork.h"

namespace vdp::icechunk {
namespace {

class Writer {
 public:
  template <typename Number>
  void number(Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
  }
  void raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    raw(as_bytes(text));
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

void write_chunk(Writer& out, const RefTable& refs, std::size_t row) {
  const ChunkRefView ref = refs[row];
  for (const std::uint32_t position : ref.index) out.number(position);
  out.number(static_cast<std::uint8_t>(ref.kind));
  switch (ref.kind) {
    case ChunkRefKind::inlined:
      out.number(static_cast<std::uint32_t>(ref.bytes.size()));
      out.raw(ref.bytes);
      return;
    case ChunkRefKind::native:
      out.raw(ref.chunk_id.bytes);
      break;
    case ChunkRefKind::virtual_:
      out.number(refs.location(row));
      break;
    case ChunkRefKind::missing:
      return;
  }
  out.number(ref.offset);
  out.number(ref.length);
}

void write_chunks(Writer& out, const ForkContent::Chunks& chunks) {
  out.raw(chunks.array.bytes);
  out.number(static_cast<std::uint8_t>(chunks.refs.rank()));
  const LocationTable& locations = chunks.refs.locations();
  out.number(static_cast<std::uint32_t>(locations.size()));
  for (std::uint32_t i = 0; i < locations.size(); ++i) {
    out.text(locations[i].url);
    out.text(locations[i].etag);
    out.number(static_cast<std::uint64_t>(locations[i].last_modified_s));
  }
  out.number(static_cast<std::uint64_t>(chunks.refs.size()));
  for (std::size_t row = 0; row < chunks.refs.size(); ++row) write_chunk(out, chunks.refs, row);
}

void write_remapped(Writer& out, const ForkContent::Remapped& remapped) {
  out.raw(remapped.array.bytes);
  out.number(static_cast<std::uint8_t>(remapped.moved.rank()));
  out.raw(remapped.id.bytes);
  out.number(static_cast<std::uint32_t>(remapped.manifests.size()));
  for (const ForkContent::Manifest& manifest : remapped.manifests) {
    out.raw(manifest.ref.id.bytes);
    for (const IndexRange& range : manifest.ref.extents) {
      out.number(range.from);
      out.number(range.to);
    }
    out.number(static_cast<std::uint8_t>(manifest.entry.has_value()));
    if (!manifest.entry) continue;
    out.number(manifest.entry->size_bytes);
    out.number(manifest.entry->ref_count);
  }
  out.number(static_cast<std::uint64_t>(remapped.moved.size()));
  for (const std::uint32_t position : remapped.moved.indices()) out.number(position);
}

Bytes encode_payload(const ForkContent& content) {
  Writer out;
  out.raw(as_bytes(content.repository));
  out.raw(content.base.bytes);
  out.number(static_cast<std::uint32_t>(content.nodes.size()));
  for (const ForkContent::Node& node : content.nodes) {
    out.number(static_cast<std::uint8_t>((node.is_new ? 1 : 3) + (node.is_array ? 1 : 0)));
    out.raw(node.id.bytes);
    out.text(node.path);
    out.text(node.zarr_json);
  }
  out.number(static_cast<std::uint32_t>(content.deletions.size()));
  for (const ForkContent::Deletion& deletion : content.deletions) {
    out.number(static_cast<std::uint8_t>(deletion.is_array));
    out.raw(deletion.id.bytes);
    out.text(deletion.path);
  }
  out.number(static_cast<std::uint32_t>(content.chunks.size()));
  for (const ForkContent::Chunks& chunks : content.chunks) write_chunks(out, chunks);
  out.number(static_cast<std::uint32_t>(content.remapped.size()));
  for (const ForkContent::Remapped& remapped : content.remapped) write_remapped(out, remapped);
  return out.bytes();
}

}  // namespace

std::string fork_hash(ByteView prefix, ByteView payload) {
  Sha256 hash;
  hash.update(prefix);
  hash.update(payload);
  return hash.finish_hex();
}

Bytes seal_fork_payload(ByteView payload) {
  Writer file;
  file.raw(as_bytes(fork_magic));
  file.number(fork_format_version);
  file.number(static_cast<std::uint64_t>(payload.size()));
  const std::string hash = fork_hash(file.bytes(), payload);
  file.raw(as_bytes(hash));
  file.raw(payload);
  return file.bytes();
}

Bytes Fork::encode() const { return seal_fork_payload(encode_payload(content_)); }

}  // namespace vdp::icechunk
