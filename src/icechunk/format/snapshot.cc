#include "icechunk/format/snapshot.h"

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "icechunk/format/wire.h"
#include "snapshot_wire.h"

namespace vdp::icechunk {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;

// ---- Encoding ----

flatbuffers::Offset<wire::ManifestRef> write_manifest_ref(Builder& builder, const ManifestRef& manifest) {
  std::vector<wire::ChunkIndexRange> extents;
  for (const IndexRange& range : manifest.extents) extents.emplace_back(range.from, range.to);
  const auto wire_extents = builder.CreateVectorOfStructs(extents);
  const wire::ObjectId12 id = write_id(manifest.id);
  return wire::CreateManifestRef(builder, &id, wire_extents);
}

flatbuffers::Offset<void> write_array(Builder& builder, const ArrayNode& array) {
  std::vector<flatbuffers::Offset<wire::DimensionShapeV2>> shape;
  for (const DimensionExtent& extent : array.shape) {
    shape.push_back(wire::CreateDimensionShapeV2(builder, extent.length, extent.chunk_count));
  }
  std::vector<flatbuffers::Offset<wire::DimensionName>> names;
  for (const auto& name : array.dimension_names) {
    // An unnamed dimension is a table without the field.
    names.push_back(wire::CreateDimensionName(builder, write_optional_text(builder, name)));
  }
  std::vector<flatbuffers::Offset<wire::ManifestRef>> manifests;
  for (const ManifestRef& manifest : array.manifests) manifests.push_back(write_manifest_ref(builder, manifest));
  // Version 2 keeps the field of version 1, empty.
  const auto shape_v1 = builder.CreateVectorOfStructs(std::vector<wire::DimensionShape>());
  const auto wire_names = names.empty() ? 0 : builder.CreateVector(names);
  const auto wire_manifests = builder.CreateVector(manifests);
  const auto shape_v2 = builder.CreateVector(shape);
  return wire::CreateArrayNodeData(builder, shape_v1, wire_names, wire_manifests, shape_v2).Union();
}

flatbuffers::Offset<wire::NodeSnapshot> write_node(Builder& builder, const NodeSnapshot& node) {
  const auto path = builder.CreateString(node.path);
  const auto user_data =
      builder.CreateVector(reinterpret_cast<const std::uint8_t*>(node.zarr_json.data()), node.zarr_json.size());
  const auto data = node.array ? write_array(builder, *node.array) : wire::CreateGroupNodeData(builder).Union();
  const auto extra = write_optional_bytes(builder, node.extra);
  const wire::ObjectId8 id = write_id(node.id);
  return wire::CreateNodeSnapshot(builder, &id, path, user_data,
                                  node.array ? wire::NodeData::Array : wire::NodeData::Group, data, extra);
}

flatbuffers::Offset<wire::ManifestFileInfoV2> write_manifest_file(Builder& builder, const ManifestFile& file) {
  const auto extra = write_optional_bytes(builder, file.extra);
  const wire::ObjectId12 id = write_id(file.id);
  return wire::CreateManifestFileInfoV2(builder, &id, file.size_bytes, file.ref_count, extra);
}

// ---- Decoding ----

class Decoder {
 public:
  Decoder(const wire::Snapshot& root, std::uint8_t spec_version, std::size_t payload_bytes)
      : root_(root), spec_version_(spec_version), reader_(payload_bytes) {}

  Result<Snapshot> decode() {
    Snapshot snapshot;
    snapshot.spec_version = spec_version_;
    snapshot.id = read_id12(root_.id());
    if (root_.parent_id() != nullptr) snapshot.parent = read_id12(root_.parent_id());
    VDP_ASSIGN(snapshot.flushed_at_us, reader_.timestamp(root_.flushed_at(), "flushed_at"));
    VDP_ASSIGN(snapshot.message, reader_.text(root_.message(), "message"));
    VDP_ASSIGN(snapshot.metadata, reader_.metadata(root_.metadata()));
    VDP_ASSIGN(snapshot.manifests, decode_manifest_files());
    VDP_ASSIGN(snapshot.extra, reader_.optional_bytes(root_.extra()));
    VDP_TRY(reader_.take(root_.nodes()->size(), sizeof(NodeSnapshot)));
    for (const auto* node : *root_.nodes()) {
      VDP_ASSIGN(NodeSnapshot decoded, decode_node(*node));
      // A lookup is a binary search: out of order, nodes would silently be missing.
      if (!snapshot.nodes.empty() && snapshot.nodes.back().path >= decoded.path) {
        return corrupt(fmt::format("nodes: {} does not follow {} in order", decoded.path, snapshot.nodes.back().path));
      }
      VDP_TRY(check_manifests(snapshot, decoded));
      snapshot.nodes.push_back(std::move(decoded));
    }
    return snapshot;
  }

 private:
  Result<std::vector<ManifestFile>> decode_manifest_files() {
    std::vector<ManifestFile> files;
    if (const auto* wire_files = root_.manifest_files_v2()) {
      VDP_TRY(reader_.take(wire_files->size(), sizeof(ManifestFile)));
      for (const auto* file : *wire_files) {
        VDP_ASSIGN(auto extra, reader_.optional_bytes(file->extra()));
        if (file->id() == nullptr) return corrupt("manifest_files_v2: found an entry without id");
        files.push_back({read_id12(file->id()), file->size_bytes(), file->num_chunk_refs(), std::move(extra)});
      }
    } else {
      VDP_TRY(check_aligned(root_.manifest_files(), "manifest_files"));
      VDP_TRY(reader_.take(root_.manifest_files()->size(), sizeof(ManifestFile)));
      for (const auto* file : *root_.manifest_files()) {
        files.push_back({read_id12(&file->id()), file->size_bytes(), file->num_chunk_refs(), std::nullopt});
      }
    }
    // Some writers of version 1 did not sort them. Of entries with one id the first counts, as it would unsorted.
    std::ranges::stable_sort(files, {}, &ManifestFile::id);
    return files;
  }

  Result<NodeSnapshot> decode_node(const wire::NodeSnapshot& wire_node) {
    NodeSnapshot node;
    node.id = read_id8(wire_node.id());
    VDP_ASSIGN(node.path, reader_.text(wire_node.path(), "node path"));
    VDP_ASSIGN_IN(node.path, const Bytes user_data, reader_.bytes(*wire_node.user_data()));
    node.zarr_json = std::string(as_text(user_data));
    VDP_ASSIGN_IN(node.path, node.extra, reader_.optional_bytes(wire_node.extra()));
    if (wire_node.node_data_type() == wire::NodeData::Group) return node;
    if (wire_node.node_data_type() != wire::NodeData::Array) {
      return corrupt(fmt::format("{}: found node type {}, expected 1 (array) or 2 (group)", node.path,
                                 static_cast<int>(wire_node.node_data_type())));
    }
    VDP_ASSIGN_IN(node.path, node.array, decode_array(*wire_node.node_data_as_Array()));
    return node;
  }

  Result<ArrayNode> decode_array(const wire::ArrayNodeData& wire_array) {
    ArrayNode array;
    VDP_ASSIGN(array.shape, decode_shape(wire_array));
    if (const auto* names = wire_array.dimension_names()) {
      VDP_TRY(check_rank(names->size(), "dimension_names"));
      for (const auto* name : *names) {
        VDP_ASSIGN(auto text, reader_.optional_text(name->name(), "dimension name"));
        array.dimension_names.push_back(std::move(text));
      }
    }
    VDP_TRY(reader_.take(wire_array.manifests()->size(), sizeof(ManifestRef)));
    for (const auto* manifest : *wire_array.manifests()) {
      VDP_TRY(reader_.take(manifest->extents()->size(), sizeof(IndexRange)));
      VDP_TRY(check_rank(manifest->extents()->size(), "extents"));
      ManifestRef ref{read_id12(manifest->object_id()), {}};
      for (const auto* range : *manifest->extents()) ref.extents.push_back({range->from(), range->to()});
      array.manifests.push_back(std::move(ref));
    }
    return array;
  }

  Result<std::vector<DimensionExtent>> decode_shape(const wire::ArrayNodeData& wire_array) {
    std::vector<DimensionExtent> shape;
    if (const auto* extents = wire_array.shape_v2()) {
      VDP_TRY(check_rank(extents->size(), "shape_v2"));
      for (const auto* extent : *extents) shape.push_back({extent->array_length(), extent->num_chunks()});
      return shape;
    }
    VDP_TRY(check_rank(wire_array.shape()->size(), "shape"));
    VDP_TRY(check_aligned(wire_array.shape(), "shape"));
    for (const auto* extent : *wire_array.shape()) {
      const std::uint64_t edge = std::max<std::uint64_t>(extent->chunk_length(), 1);
      const std::uint64_t chunks = divide_up(extent->array_length(), edge);
      shape.push_back({extent->array_length(), static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                                   chunks, std::numeric_limits<std::uint32_t>::max()))});
    }
    return shape;
  }

  Status check_rank(std::size_t rank, std::string_view field) {
    if (rank > max_rank) return over_limit(fmt::format("{}: {} dimensions, at most {}", field, rank, max_rank));
    return reader_.take(rank, sizeof(DimensionExtent));
  }

  static Status check_manifests(const Snapshot& snapshot, const NodeSnapshot& node) {
    if (!node.array) return {};
    for (const ManifestRef& manifest : node.array->manifests) {
      if (snapshot.find_manifest(manifest.id) == nullptr) {
        return corrupt(fmt::format("{}: manifest {} has no entry in manifest_files", node.path, manifest.id.text()));
      }
    }
    return {};
  }

  const wire::Snapshot& root_;
  std::uint8_t spec_version_;
  WireReader reader_;
};

}  // namespace

const NodeSnapshot* Snapshot::find(std::string_view path) const {
  const auto path_of = [](const NodeSnapshot& node) -> std::string_view { return node.path; };
  const auto at = std::ranges::lower_bound(nodes, path, {}, path_of);
  return at != nodes.end() && at->path == path ? &*at : nullptr;
}

const ManifestFile* Snapshot::find_manifest(const ManifestId& wanted) const {
  const auto at = std::ranges::lower_bound(manifests, wanted, {}, &ManifestFile::id);
  return at != manifests.end() && at->id == wanted ? &*at : nullptr;
}

Bytes encode_snapshot(const Snapshot& snapshot) {
  Builder builder(4096);
  std::vector<flatbuffers::Offset<wire::NodeSnapshot>> nodes;
  for (const NodeSnapshot& node : snapshot.nodes) nodes.push_back(write_node(builder, node));
  std::vector<flatbuffers::Offset<wire::ManifestFileInfoV2>> files;
  for (const ManifestFile& file : snapshot.manifests) files.push_back(write_manifest_file(builder, file));
  const auto wire_nodes = builder.CreateVector(nodes);
  const auto message = builder.CreateString(snapshot.message);
  const auto metadata = write_metadata(builder, snapshot.metadata);
  // Version 2 keeps the field of version 1, empty.
  const auto files_v1 = builder.CreateVectorOfStructs(std::vector<wire::ManifestFileInfo>());
  const auto files_v2 = builder.CreateVector(files);
  const auto extra = write_optional_bytes(builder, snapshot.extra);
  const wire::ObjectId12 id = write_id(snapshot.id);
  const auto root =
      wire::CreateSnapshot(builder, &id, nullptr, wire_nodes, static_cast<std::uint64_t>(snapshot.flushed_at_us),
                           message, metadata, files_v1, files_v2, extra);
  return seal_root(builder, root, ObjectType::snapshot, metadata_compression_level);
}

Result<Snapshot> decode_snapshot(ByteView object) {
  VDP_ASSIGN(const OpenedObject opened, open_object(object, ObjectType::snapshot));
  VDP_ASSIGN(const wire::Snapshot* root, verified_root<wire::Snapshot>(opened.payload, ObjectType::snapshot));
  return Decoder(*root, opened.header.spec_version, opened.payload.size()).decode();
}

}  // namespace vdp::icechunk
