#include "icechunk/format/manifest.h"

#include <algorithm>
#include <limits>

#include "icechunk/format/utf8.h"
#include "icechunk/format/wire.h"
#include "icechunk/format/zstd_frame.h"
#include "manifest_wire.h"

namespace vdp::icechunk {
namespace {

constexpr std::size_t max_rank = 64;
constexpr std::size_t max_url_bytes = 8192;
/// Official readers decompress a location into a buffer of this size.
constexpr std::size_t max_compressed_url_bytes = 1024;
/// Readers bound the sum over all references of record, vtable and texts, shared ones counted again: 2 GiB.
constexpr std::uint64_t max_apparent_bytes = 2'000'000'000;
constexpr std::uint64_t apparent_record_bytes = 100;

using RefOffset = flatbuffers::Offset<wire::ChunkRef>;

// ---- Encoding ----

struct LocationOffsets {
  flatbuffers::Offset<flatbuffers::String> url;
  flatbuffers::Offset<flatbuffers::String> etag;
};

std::uint64_t apparent_bytes(const RefTable& refs) {
  std::uint64_t total = 0;
  for (std::size_t row = 0; row < refs.size(); ++row) {
    const ChunkRefView ref = refs[row];
    total += apparent_record_bytes + 4 * refs.rank() + ref.bytes.size() + ref.url.size() + ref.etag.size();
  }
  return total;
}

/// So large that the builder's buffer never grows, which would take three times as much for a moment; what of it is
/// not written to takes no memory.
std::size_t wire_bytes_at_most(const RefTable& refs) {
  constexpr std::size_t root_bytes = 1024;
  constexpr std::size_t record_bytes = 64;  // the table, its place in the list, padding
  const std::size_t index_bytes = 4 * (1 + refs.rank());
  const std::size_t text_bytes = refs.memory_bytes();  // URLs, etags, inlined chunks, and more
  return root_bytes + refs.size() * (record_bytes + index_bytes) + text_bytes;
}

class Encoder {
 public:
  Encoder(flatbuffers::FlatBufferBuilder& builder, const RefTable& refs)
      : builder_(builder), refs_(refs), locations_(refs.locations().size()) {}

  std::vector<RefOffset> write_refs() {
    std::vector<RefOffset> offsets;
    offsets.reserve(refs_.size());
    for (std::size_t row = 0; row < refs_.size(); ++row) offsets.push_back(write_ref(row));
    return offsets;
  }

 private:
  RefOffset write_ref(std::size_t row) {
    const ChunkRefView ref = refs_[row];
    const auto index = builder_.CreateVector(ref.index.data(), ref.index.size());
    switch (ref.kind) {
      case ChunkRefKind::native: {
        const wire::ObjectId12 id = write_id(ref.chunk_id);
        return wire::CreateChunkRef(builder_, index, 0, ref.offset, ref.length, &id);
      }
      case ChunkRefKind::virtual_: {
        const LocationOffsets& source = write_location(refs_.location(row));
        // At most one checksum: an etag says more than a time.
        const std::uint32_t modified = source.etag.IsNull() ? static_cast<std::uint32_t>(ref.last_modified_s) : 0;
        return wire::CreateChunkRef(builder_, index, 0, ref.offset, ref.length, nullptr, source.url, source.etag,
                                    modified);
      }
      default: {
        const auto bytes = builder_.CreateVector(ref.bytes.data(), ref.bytes.size());
        return wire::CreateChunkRef(builder_, index, bytes);
      }
    }
  }

  /// All references of a location share its strings.
  const LocationOffsets& write_location(std::uint32_t position) {
    LocationOffsets& offsets = locations_[position];
    if (offsets.url.IsNull()) {
      const LocationTable::View source = refs_.locations()[position];
      offsets.url = builder_.CreateString(source.url.data(), source.url.size());
      if (!source.etag.empty()) offsets.etag = builder_.CreateString(source.etag.data(), source.etag.size());
    }
    return offsets;
  }

  flatbuffers::FlatBufferBuilder& builder_;
  const RefTable& refs_;
  std::vector<LocationOffsets> locations_;
};

// ---- Decoding ----

class Decoder {
 public:
  Decoder(const wire::Manifest& manifest, std::size_t payload_bytes)
      : manifest_(manifest), payload_bytes_(payload_bytes), reader_(payload_bytes) {
    if (const auto* dictionary = manifest.location_dictionary()) {
      dictionary_.emplace(ByteView(dictionary->data(), dictionary->size()));
    }
  }

  Result<Manifest> decode() {
    Manifest decoded;
    decoded.id = read_id12(manifest_.id());
    for (const auto* array : *manifest_.arrays()) {
      const NodeId node = read_id8(array->node_id());
      if (!decoded.arrays.empty() && !(decoded.arrays.back().node < node)) {
        return corrupt(
            fmt::format("arrays: node {} does not follow {} in order", node.text(), decoded.arrays.back().node.text()));
      }
      VDP_ASSIGN_IN("node " + node.text(), RefTable refs, decode_refs(*array->refs()));
      decoded.arrays.push_back({node, std::move(refs)});
    }
    return decoded;
  }

 private:
  Result<RefTable> decode_refs(const flatbuffers::Vector<RefOffset>& wire_refs) {
    const std::size_t rank = wire_refs.size() == 0 ? 0 : wire_refs.Get(0)->index()->size();
    if (rank > max_rank) return over_limit(fmt::format("ref 0, index: rank {}, at most {}", rank, max_rank));
    RefTable refs(rank);
    // Honest references take at least this much, each.
    refs.reserve(std::min<std::size_t>(wire_refs.size(), payload_bytes_ / (20 + 4 * rank)));
    for (flatbuffers::uoffset_t i = 0; i < wire_refs.size(); ++i) {
      const Status status = decode_ref(*wire_refs.Get(i), refs);
      if (!status) return std::unexpected(within(fmt::format("ref {}", i), status.error()));
      // A lookup is a binary search: out of order, chunks would silently read as missing.
      if (!refs.sorted()) return corrupt(fmt::format("ref {}: its index does not follow the one before it", i));
    }
    return refs;
  }

  Status decode_ref(const wire::ChunkRef& ref, RefTable& refs) {
    const auto* wire_index = ref.index();
    if (wire_index->size() != refs.rank()) {
      return corrupt(fmt::format("index: found {} numbers, expected {}", wire_index->size(), refs.rank()));
    }
    const std::span<const std::uint32_t> index(wire_index->data(), wire_index->size());
    if (ref.chunk_id() != nullptr) {
      refs.append_native(index, read_id12(ref.chunk_id()), ref.offset(), ref.length());
      return {};
    }
    if (ref.location() != nullptr || ref.compressed_location() != nullptr) return decode_virtual(ref, index, refs);
    if (ref.inline_() == nullptr) return corrupt("found no chunk_id, location or inline bytes, expected one of them");
    const ByteView bytes(ref.inline_()->data(), ref.inline_()->size());
    VDP_TRY(reader_.take(bytes.size(), 1));
    refs.append_inline(index, bytes);
    return {};
  }

  Status decode_virtual(const wire::ChunkRef& ref, std::span<const std::uint32_t> index, RefTable& refs) {
    std::string_view url;
    std::string decompressed;
    if (const auto* compressed = ref.compressed_location()) {
      if (!dictionary_) return corrupt("found a compressed_location, but the manifest has no location_dictionary");
      VDP_ASSIGN(decompressed, dictionary_->decode({compressed->data(), compressed->size()}, max_compressed_url_bytes));
      url = decompressed;
    } else {
      url = ref.location()->string_view();
    }
    const std::string_view etag = ref.checksum_etag() ? ref.checksum_etag()->string_view() : std::string_view();
    if (url.size() > max_url_bytes || etag.size() > max_url_bytes) {
      return over_limit(
          fmt::format("location: {} bytes, at most {}", std::max(url.size(), etag.size()), max_url_bytes));
    }
    const std::size_t known = refs.locations().size();
    const std::uint32_t location = refs.add_location({url, etag, ref.checksum_last_modified()});
    if (location == known && (!is_utf8(std::string(url)) || !is_utf8(std::string(etag)))) {
      return corrupt("location: the text is not UTF-8");
    }
    refs.append_virtual(index, location, ref.offset(), ref.length());
    return {};
  }

  const wire::Manifest& manifest_;
  std::size_t payload_bytes_;
  WireReader reader_;
  std::optional<DictionaryDecoder> dictionary_;
};

}  // namespace

const RefTable* Manifest::find(const NodeId& node) const {
  const auto at = std::ranges::lower_bound(arrays, node, {}, &ArrayManifest::node);
  return at != arrays.end() && at->node == node ? &at->refs : nullptr;
}

std::uint64_t Manifest::memory_bytes() const {
  std::uint64_t total = sizeof(Manifest);
  for (const ArrayManifest& array : arrays) total += sizeof(ArrayManifest) + array.refs.memory_bytes();
  return total;
}

Result<Bytes> encode_manifest(const ManifestId& id, const NodeId& node, const RefTable& refs) {
  if (const std::uint64_t apparent = apparent_bytes(refs); apparent > max_apparent_bytes) {
    return over_limit(
        fmt::format("{} references in one manifest take {} bytes, at most {} can be read back: split it "
                    "(manifest.splitting)",
                    refs.size(), apparent, max_apparent_bytes));
  }
  flatbuffers::FlatBufferBuilder builder(wire_bytes_at_most(refs));
  const wire::ObjectId12 wire_id = write_id(id);
  const wire::ObjectId8 wire_node = write_id(node);
  const auto wire_refs = builder.CreateVector(Encoder(builder, refs).write_refs());
  const auto array = wire::CreateArrayManifest(builder, &wire_node, wire_refs);
  const auto arrays = builder.CreateVector(&array, 1);
  constexpr std::uint8_t no_dictionary = 0;
  const auto root = wire::CreateManifest(builder, &wire_id, arrays, 0, no_dictionary);
  return seal_root(builder, root, ObjectType::manifest, manifest_compression_level);
}

Result<Manifest> decode_manifest(ByteView object) {
  VDP_ASSIGN(const OpenedObject opened, open_object(object, ObjectType::manifest));
  VDP_ASSIGN(const wire::Manifest* manifest, verified_root<wire::Manifest>(opened.payload, ObjectType::manifest));
  return Decoder(*manifest, opened.payload.size()).decode();
}

}  // namespace vdp::icechunk
