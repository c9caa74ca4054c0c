#include "icechunk/format/manifest.h"

#include <algorithm>

#include "base/checked.h"
#include "icechunk/format/utf8.h"
#include "icechunk/format/wire.h"
#include "icechunk/format/zstd_frame.h"
#include "manifest_wire.h"

namespace vdp::icechunk {
namespace {

constexpr std::size_t max_url_bytes = 8192;
/// Official readers decompress a location into a buffer of this size.
constexpr std::size_t max_compressed_url_bytes = 1024;

using RefOffset = flatbuffers::Offset<wire::ChunkRef>;

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
    if (!checked_add(ref.offset(), ref.length())) {
      return corrupt(
          fmt::format("found {} bytes at offset {}, expected an end below 2^64", ref.length(), ref.offset()));
    }
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
    // References mostly come file by file, with texts that are shared or the same.
    const SourceFields source{ref.location(), ref.compressed_location(), ref.checksum_etag(),
                              ref.checksum_last_modified()};
    if (refs.locations().size() == 0 || source != last_source_) {
      VDP_ASSIGN(last_location_, decode_location(source, refs));
      last_source_ = source;
    }
    refs.append_virtual(index, last_location_, ref.offset(), ref.length());
    return {};
  }

  /// What of a reference says where its source is; equal where it is the same place of the payload.
  struct SourceFields {
    const flatbuffers::String* url = nullptr;
    const WireBytes* compressed_url = nullptr;
    const flatbuffers::String* etag = nullptr;
    std::uint32_t last_modified_s = 0;
    bool operator==(const SourceFields&) const = default;
  };

  Result<std::uint32_t> decode_location(const SourceFields& source, RefTable& refs) {
    std::string_view url;
    if (source.compressed_url != nullptr) {
      VDP_ASSIGN(url, decompress_url(*source.compressed_url));
    } else {
      url = source.url->string_view();
    }
    const std::string_view etag = source.etag != nullptr ? source.etag->string_view() : std::string_view();
    if (url.size() > max_url_bytes || etag.size() > max_url_bytes) {
      return over_limit(
          fmt::format("location: {} bytes, at most {}", std::max(url.size(), etag.size()), max_url_bytes));
    }
    const std::size_t known = refs.locations().size();
    const std::uint32_t location = refs.add_location({url, etag, source.last_modified_s});
    if (location != known) return location;
    VDP_TRY(reader_.take(url.size() + etag.size(), 1));
    if (!is_utf8(std::string(url)) || !is_utf8(std::string(etag))) return corrupt("location: the text is not UTF-8");
    return location;
  }

  Result<std::string_view> decompress_url(const WireBytes& compressed) {
    if (!dictionary_) return corrupt("found a compressed location and no location dictionary");
    return dictionary_->decode(ByteView(compressed.data(), compressed.size()), max_compressed_url_bytes);
  }

  const wire::Manifest& manifest_;
  std::size_t payload_bytes_;
  WireReader reader_;
  std::optional<DictionaryDecoder> dictionary_;
  SourceFields last_source_;
  std::uint32_t last_location_ = 0;  ///< its location in the table at hand
};

}  // namespace

Result<Manifest> decode_manifest(ByteView object) {
  VDP_ASSIGN(const OpenedObject opened, open_object(object, ObjectType::manifest));
  VDP_ASSIGN(const wire::Manifest* manifest, verified_root<wire::Manifest>(opened.payload, ObjectType::manifest));
  return Decoder(*manifest, opened.payload.size()).decode();
}

}  // namespace vdp::icechunk
