// Writing and deleting chunks through a session.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "base/checked.h"
#include "icechunk/repo/object_keys.h"
#include "icechunk/repo/session.h"
#include "icechunk/repo/session_state.h"

namespace vdp::icechunk {
namespace {

/// Longer ones are refused by readers of manifests, ours among them.
constexpr std::size_t max_url_bytes = 8192;

/// What readers check a reference against. A local file's etag never matches in official readers, its modification
/// time does; elsewhere the etag says more.
Result<LocationTable::View> checked_location(const SourceLocation& source) {
  const std::size_t scheme_size = source.url.find("://");
  if (scheme_size == std::string::npos || scheme_size == 0 || source.url.size() > max_url_bytes) {
    return invalid(fmt::format("found the location \"{}\", expected an absolute URL of at most {} bytes",
                               source.url.substr(0, 200), max_url_bytes));
  }
  if (source.last_modified_s < 0 || source.last_modified_s > std::numeric_limits<std::uint32_t>::max()) {
    return invalid(fmt::format("{}: found the modification time {} s, expected 0 to 2^32 - 1", source.url,
                               source.last_modified_s));
  }
  const bool local = source.url.starts_with("file://");
  const bool by_etag = !local && !source.etag.empty();
  return LocationTable::View{source.url, by_etag ? std::string_view(source.etag) : std::string_view(),
                             by_etag ? 0 : source.last_modified_s};
}

/// Appends one chunk's bytes: into the manifest, or as an object of its own where they are long.
Status append_bytes(SessionState& session, RefTable& changes, std::span<const std::uint32_t> index, ByteView bytes) {
  // Readers cannot read them.
  if (bytes.empty()) return invalid("a chunk of no bytes: delete it instead");
  if (bytes.size() <= session.config.inline_chunk_threshold_bytes()) {
    changes.append_inline(index, bytes);
    return {};
  }
  const auto id = ChunkId::random(session.repository->random());
  VDP_TRY(session.objects.add(chunk_key(id), Bytes(bytes.begin(), bytes.end())));
  changes.append_native(index, id, 0, bytes.size());
  return {};
}

Status check_placement(const NodeSnapshot& array, const zarr::Shape& grid, const zarr::Shape& origin) {
  const auto& shape = array.array->shape;
  bool fits = grid.size() == shape.size() && origin.size() == shape.size();
  for (std::size_t d = 0; fits && d < shape.size(); ++d) {
    const auto end = checked_add(grid[d], origin[d]);
    fits = end && *end <= shape[d].chunk_count;
  }
  if (fits) return {};
  std::vector<std::uint32_t> counts;
  for (const DimensionExtent& extent : shape) counts.push_back(extent.chunk_count);
  return invalid(fmt::format("{}: found a manifest of grid [{}] at [{}], which is not inside the grid [{}]", array.path,
                             fmt::join(grid, ", "), fmt::join(origin, ", "), fmt::join(counts, ", ")));
}

/// The entries of one manifest on their way into the change set.
class ManifestPlacement {
 public:
  ManifestPlacement(SessionState& session, const ChunkManifest& manifest, const zarr::Shape& origin, RefTable& changes)
      : session_(session), manifest_(manifest), origin_(origin), changes_(changes), index_(origin.size()) {}

  Status place() {
    for (const SourceLocation& source : manifest_.locations()) {
      VDP_ASSIGN(const LocationTable::View location, checked_location(source));
      locations_.push_back(changes_.add_location(location));
    }
    Status placed;
    manifest_.for_each([&](const ChunkManifest::Entry& entry) {
      if (placed) placed = place(entry);
    });
    return placed;
  }

 private:
  Status place(const ChunkManifest::Entry& entry) {
    move_to(entry.index);
    if (entry.inlined != nullptr) return append_bytes(session_, changes_, index_, *entry.inlined);
    const VirtualRef& ref = entry.ref;
    if (ref.length == 0 || !checked_add(ref.offset, ref.length)) {
      return invalid(fmt::format("chunk [{}]: found {} bytes at {}, expected at least one, and an end below 2^64",
                                 fmt::join(index_, ", "), ref.length, ref.offset));
    }
    changes_.append_virtual(index_, locations_.at(ref.location), ref.offset, ref.length);
    return {};
  }

  /// The C-order position in the manifest's grid as an index in the array's.
  void move_to(std::uint64_t position) {
    if (position == next_position_) {
      step();
    } else {
      unravel(position);
    }
    next_position_ = position + 1;
  }

  /// To the next position, without a division.
  void step() {
    for (std::size_t d = index_.size(); d-- > 0;) {
      if (++index_[d] < origin_[d] + manifest_.grid_shape()[d]) return;
      index_[d] = static_cast<std::uint32_t>(origin_[d]);
    }
  }

  void unravel(std::uint64_t position) {
    for (std::size_t d = index_.size(); d-- > 0;) {
      const std::uint64_t length = manifest_.grid_shape()[d];
      index_[d] = static_cast<std::uint32_t>(position % length + origin_[d]);
      position /= length;
    }
  }

  SessionState& session_;
  const ChunkManifest& manifest_;
  const zarr::Shape& origin_;
  RefTable& changes_;
  GridIndex index_;
  std::uint64_t next_position_ = std::numeric_limits<std::uint64_t>::max();  ///< after index_; at first: none
  std::vector<std::uint32_t> locations_;  ///< position in the manifest's table -> position in ours
};

}  // namespace

Status Session::set_refs(const std::string& path, const ChunkManifest& manifest, const zarr::Shape& origin) {
  VDP_TRY(state_->check_writable());
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  VDP_TRY(check_placement(*node, manifest.grid_shape(), origin));
  RefTable& changes = state_->changes.chunks_to_change(node->id, origin.size());
  const std::size_t size_before = changes.size();
  const Status status = ManifestPlacement(*state_, manifest, origin, changes).place();
  if (!status) {
    // An entry that cannot be placed leaves the session as it was.
    changes.truncate(size_before);
    return std::unexpected(within(path, status.error()));
  }
  return {};
}

Status Session::set_chunk(const std::string& path, const zarr::Shape& index, Bytes encoded) {
  VDP_TRY(state_->check_writable());
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  VDP_ASSIGN(const GridIndex position, grid_index(*node, index));
  const Status status =
      append_bytes(*state_, state_->changes.chunks_to_change(node->id, position.size()), position, encoded);
  if (!status) return std::unexpected(within(path, status.error()));
  return {};
}

Status Session::delete_chunk(const std::string& path, const zarr::Shape& index) {
  VDP_ASSIGN(const std::optional<ChunkRef> present, chunk_ref(path, index));
  VDP_TRY(state_->check_writable());
  if (!present) return {};
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  state_->changes.chunks_to_change(node->id, index.size()).append_missing(GridIndex(index.begin(), index.end()));
  return {};
}

Status Session::clear_box(const std::string& path, const ChunkBox& box) {
  VDP_TRY(state_->check_writable());
  VDP_ASSIGN(const NodeSnapshot* node, state_->array(path));
  RefTable doomed(node->array->shape.size());
  VDP_TRY(for_each_ref(path, box, [&](const ChunkRefView& ref) { doomed.append_missing(ref.index); }));
  if (doomed.empty()) return {};
  RefTable& changes = state_->changes.chunks_to_change(node->id, doomed.rank());
  for (std::size_t row = 0; row < doomed.size(); ++row) changes.append_missing(doomed.index(row));
  return {};
}

}  // namespace vdp::icechunk
