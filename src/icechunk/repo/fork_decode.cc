// Fork::decode. The bytes are described in fork_file.cc.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "base/cursor.h"
#include "icechunk/format/utf8.h"
#include "icechunk/repo/fork.h"
#include "icechunk/repo/fork_file.h"
#include "icechunk/repo/node_metadata.h"
#include "icechunk/repo/node_path.h"

namespace vdp::icechunk {
namespace {

constexpr std::size_t max_rank = 64;
constexpr std::size_t max_text_bytes = 8192;  ///< of paths, urls and etags, as in manifests

/// Reads the payload. Every count is only a promise: what it counts has to come, byte by byte, before memory is taken.
class PayloadReader {
 public:
  explicit PayloadReader(ByteView payload) : in_(payload, fork_header_size) {}

  Result<ForkContent> read() {
    ForkContent content;
    VDP_ASSIGN(const ByteView identity, in_.read_bytes(fork_hash_size, "repository"));
    content.repository = as_text(identity);
    VDP_ASSIGN(content.base, id<12>("base"));
    VDP_ASSIGN(const std::uint32_t node_count, in_.read_u32("node count"));
    for (std::uint32_t i = 0; i < node_count; ++i) VDP_TRY(read_node(content));
    VDP_ASSIGN(const std::uint32_t deletion_count, in_.read_u32("deletion count"));
    for (std::uint32_t i = 0; i < deletion_count; ++i) VDP_TRY(read_deletion(content));
    VDP_ASSIGN(const std::uint32_t array_count, in_.read_u32("array count"));
    for (std::uint32_t i = 0; i < array_count; ++i) VDP_TRY(read_chunks(content));
    VDP_ASSIGN(const std::uint32_t remapped_count, in_.read_u32("remapped array count"));
    for (std::uint32_t i = 0; i < remapped_count; ++i) VDP_TRY(read_remapped(content));
    if (!in_.at_end()) return broken("end", fmt::format("{} more bytes", in_.remaining()), "none");
    return content;
  }

 private:
  Failure broken(std::string_view field, const std::string& found, std::string_view expected) const {
    return corrupt(fmt::format("offset {}: {}: found {}, expected {}", in_.file_offset(), field, found, expected));
  }

  template <std::size_t N>
  Result<Id<N>> id(std::string_view field) {
    VDP_ASSIGN(const ByteView bytes, in_.read_bytes(N, field));
    Id<N> id;
    std::ranges::copy(bytes, id.bytes.begin());
    return id;
  }

  Result<std::string_view> text(std::string_view field, std::uint64_t max_bytes) {
    VDP_ASSIGN(const std::uint32_t size, in_.read_u32(field));
    if (size > max_bytes) return over_limit(fmt::format("{}: {} bytes, at most {}", field, size, max_bytes));
    VDP_ASSIGN(const ByteView bytes, in_.read_bytes(size, field));
    if (!is_utf8(std::string(as_text(bytes)))) return broken(field, "other bytes", "UTF-8");
    return as_text(bytes);
  }

  Result<std::string> path() {
    VDP_ASSIGN(const std::string_view found, text("path", max_text_bytes));
    std::string path(found);
    VDP_TRY(check_path(path));
    return path;
  }

  Status read_node(ForkContent& content) {
    ForkContent::Node node;
    VDP_ASSIGN(const std::uint8_t what, in_.read_u8("node"));
    if (what < 1 || what > 4) return broken("node", std::to_string(what), "1 to 4");
    node.is_new = what <= 2;
    node.is_array = what % 2 == 0;
    VDP_ASSIGN(node.id, id<8>("node id"));
    VDP_ASSIGN(node.path, path());
    VDP_ASSIGN(const std::string_view zarr_json, text("zarr.json", std::numeric_limits<std::uint32_t>::max()));
    node.zarr_json = zarr_json;
    if (!content.nodes.empty() && content.nodes.back().path >= node.path) {
      return broken("path", node.path, "one after " + content.nodes.back().path);
    }
    content.nodes.push_back(std::move(node));
    return {};
  }

  Status read_deletion(ForkContent& content) {
    ForkContent::Deletion deletion;
    VDP_ASSIGN(const std::uint8_t is_array, in_.read_u8("deletion"));
    if (is_array > 1) return broken("deletion", std::to_string(is_array), "0 or 1");
    deletion.is_array = is_array == 1;
    VDP_ASSIGN(deletion.id, id<8>("node id"));
    VDP_ASSIGN(deletion.path, path());
    if (!content.deletions.empty() && content.deletions.back().id >= deletion.id) {
      return broken("deletion", deletion.id.text(), "an id after " + content.deletions.back().id.text());
    }
    content.deletions.push_back(std::move(deletion));
    return {};
  }

  /// The id of an array in a list of such parts.
  template <typename Part>
  Result<NodeId> array_after(const std::vector<Part>& parts) {
    VDP_ASSIGN(const NodeId array, id<8>("array"));
    if (parts.empty() || parts.back().array < array) return array;
    return broken("array", array.text(), "an id after " + parts.back().array.text());
  }

  Result<std::uint8_t> read_rank() {
    VDP_ASSIGN(const std::uint8_t rank, in_.read_u8("rank"));
    if (rank > max_rank) return over_limit(fmt::format("rank {}, at most {}", rank, max_rank));
    return rank;
  }

  Status read_chunks(ForkContent& content) {
    VDP_ASSIGN(const NodeId array, array_after(content.chunks));
    VDP_ASSIGN(const std::uint8_t rank, read_rank());
    RefTable refs(rank);
    VDP_ASSIGN(const std::uint32_t location_count, in_.read_u32("location count"));
    for (std::uint32_t i = 0; i < location_count; ++i) VDP_TRY(read_location(refs, i));
    VDP_ASSIGN(const std::uint64_t count, in_.read_u64("chunk count"));
    for (std::uint64_t i = 0; i < count; ++i) VDP_TRY(read_chunk(refs));
    content.chunks.push_back({array, std::move(refs)});
    return {};
  }

  Status read_location(RefTable& refs, std::uint32_t position) {
    VDP_ASSIGN(const std::string_view url, text("url", max_text_bytes));
    const std::size_t scheme_size = url.find("://");
    if (scheme_size == std::string_view::npos || scheme_size == 0) return broken("url", std::string(url), "one");
    VDP_ASSIGN(const std::string_view etag, text("etag", max_text_bytes));
    VDP_ASSIGN(const std::uint64_t modified_s, in_.read_u64("modified"));
    if (modified_s > std::numeric_limits<std::uint32_t>::max() || (modified_s != 0 && !etag.empty())) {
      return broken("modified", std::to_string(modified_s), "0 to 2^32 - 1 seconds, and 0 beside an etag");
    }
    if (refs.add_location({url, etag, static_cast<std::int64_t>(modified_s)}) != position) {
      return broken("location", std::string(url), "each location once");
    }
    return {};
  }

  /// The index of the row that follows those in `refs`.
  Result<std::vector<std::uint32_t>> read_index(const RefTable& refs) {
    std::vector<std::uint32_t> index(refs.rank());
    for (std::uint32_t& position : index) {
      VDP_ASSIGN(position, in_.read_u32("chunk index"));
    }
    if (refs.empty() || index_less(refs.index(refs.size() - 1), index)) return index;
    return broken("chunk index", fmt::format("row {} not after the one before", refs.size()), "C order");
  }

  Status read_chunk(RefTable& refs) {
    VDP_ASSIGN(const std::vector<std::uint32_t> index, read_index(refs));
    VDP_ASSIGN(const std::uint8_t kind, in_.read_u8("chunk kind"));
    switch (kind) {
      case 0:
        return read_inline(refs, index);
      case 1:
        return read_native(refs, index);
      case 2:
        return read_virtual(refs, index);
      case 3:
        refs.append_missing(index);
        return {};
      default:
        return broken("chunk kind", std::to_string(kind), "0 to 3");
    }
  }

  Status read_inline(RefTable& refs, std::span<const std::uint32_t> index) {
    VDP_ASSIGN(const std::uint32_t size, in_.read_u32("chunk length"));
    if (size == 0) return broken("chunk length", "0", "at least 1");
    VDP_ASSIGN(const ByteView bytes, in_.read_bytes(size, "chunk"));
    refs.append_inline(index, bytes);
    return {};
  }

  Status read_native(RefTable& refs, std::span<const std::uint32_t> index) {
    VDP_ASSIGN(const ChunkId chunk, id<12>("chunk id"));
    VDP_ASSIGN(const ByteRange range, read_range());
    refs.append_native(index, chunk, range.offset, range.length);
    return {};
  }

  Status read_virtual(RefTable& refs, std::span<const std::uint32_t> index) {
    VDP_ASSIGN(const std::uint32_t location, in_.read_u32("location"));
    if (location >= refs.locations().size()) {
      return broken("location", std::to_string(location), fmt::format("below {}", refs.locations().size()));
    }
    VDP_ASSIGN(const ByteRange range, read_range());
    refs.append_virtual(index, location, range.offset, range.length);
    return {};
  }

  struct ByteRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  Result<ByteRange> read_range() {
    ByteRange range;
    VDP_ASSIGN(range.offset, in_.read_u64("offset"));
    VDP_ASSIGN(range.length, in_.read_u64("length"));
    if (range.length > 0 && checked_add(range.offset, range.length)) return range;
    return broken("length", fmt::format("{} at {}", range.length, range.offset), "at least 1, and an end below 2^64");
  }

  Status read_remapped(ForkContent& content) {
    VDP_ASSIGN(const NodeId array, array_after(content.remapped));
    VDP_ASSIGN(const std::uint8_t rank, read_rank());
    // Without a dimension nothing moves, and no byte of the file would hold the count of chunks to account.
    if (rank == 0) return broken("rank", "0", "at least 1");
    VDP_ASSIGN(const auto remap_id, id<12>("id of the last time"));
    ForkContent::Remapped remapped{array, remap_id, {}, RefTable(rank)};
    VDP_ASSIGN(const std::uint32_t manifest_count, in_.read_u32("manifest count"));
    for (std::uint32_t i = 0; i < manifest_count; ++i) {
      VDP_ASSIGN(ForkContent::Manifest manifest, read_manifest(rank));
      remapped.manifests.push_back(std::move(manifest));
    }
    VDP_ASSIGN(const std::uint64_t moved_count, in_.read_u64("moved chunk count"));
    for (std::uint64_t i = 0; i < moved_count; ++i) {
      VDP_ASSIGN(const std::vector<std::uint32_t> index, read_index(remapped.moved));
      remapped.moved.append_missing(index);
    }
    content.remapped.push_back(std::move(remapped));
    return {};
  }

  Result<ForkContent::Manifest> read_manifest(std::size_t rank) {
    ForkContent::Manifest manifest;
    VDP_ASSIGN(manifest.ref.id, id<12>("manifest id"));
    for (std::size_t d = 0; d < rank; ++d) {
      IndexRange range;
      VDP_ASSIGN(range.from, in_.read_u32("extent"));
      VDP_ASSIGN(range.to, in_.read_u32("extent"));
      if (range.from >= range.to) {
        return broken("extent", fmt::format("{} to {}", range.from, range.to), "at least one chunk");
      }
      manifest.ref.extents.push_back(range);
    }
    VDP_ASSIGN(const std::uint8_t is_new, in_.read_u8("manifest"));
    if (is_new > 1) return broken("manifest", std::to_string(is_new), "0 or 1");
    if (is_new == 0) return manifest;
    ManifestFile entry{manifest.ref.id, 0, 0, std::nullopt};
    VDP_ASSIGN(entry.size_bytes, in_.read_u64("manifest size"));
    VDP_ASSIGN(entry.ref_count, in_.read_u32("reference count"));
    manifest.entry = std::move(entry);
    return manifest;
  }

  Cursor in_;
};

Status check_metadata(const ForkContent& content) {
  for (const ForkContent::Node& node : content.nodes) {
    if (node.is_array) {
      VDP_TRY(checked_array_grid(node.path, node.zarr_json));
    } else {
      VDP_TRY(check_group_metadata(node.path, node.zarr_json));
    }
  }
  return {};
}

}  // namespace

Result<Fork> Fork::decode(ByteView file) {
  constexpr std::string_view place = "fork file";
  Cursor in(file);
  VDP_TRY(in.expect(fork_magic, "magic"));
  VDP_ASSIGN_IN(place, const std::uint32_t version, in.read_u32("format version"));
  if (version != fork_format_version) {
    return unsupported(fmt::format("fork file: found format version {}, expected {}", version, fork_format_version));
  }
  VDP_ASSIGN_IN(place, const std::uint64_t payload_size, in.read_u64("payload length"));
  VDP_ASSIGN_IN(place, const ByteView hash, in.read_bytes(fork_hash_size, "hash"));
  if (in.remaining() != payload_size) {
    return corrupt(fmt::format("fork file: found a payload of {} bytes, expected {}", in.remaining(), payload_size));
  }
  const ByteView payload = file.subspan(fork_header_size);
  if (fork_hash(file.first(fork_prefix_size), payload) != as_text(hash)) {
    return corrupt("fork file: its hash is not that of its content: the file was damaged");
  }
  VDP_ASSIGN_IN(place, ForkContent content, PayloadReader(payload).read());
  const Status checked = check_metadata(content);
  if (!checked) return std::unexpected(within(place, checked.error()));
  return Fork(std::move(content));
}

}  // namespace vdp::icechunk
