// Vectors of structs with 8-byte numbers that lie where no such number may lie: FlatBuffers' verification lets them
// pass.
#include "icechunk/format/wire.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "icechunk/format/object_json.h"
#include "icechunk/format/snapshot.h"
#include "snapshot_wire.h"

namespace vdp::icechunk {
namespace {

const wire::ObjectId12 manifest_id{};
const wire::ObjectId8 array_id{};

/// A snapshot of version 1 with one array and one manifest: the structs are of that version alone.
Bytes payload_of_version_one(std::size_t structs = 1) {
  flatbuffers::FlatBufferBuilder builder;
  const auto path = builder.CreateString("/a");
  const auto user_data = builder.CreateVector(std::vector<std::uint8_t>{'{', '}'});
  const auto shape = builder.CreateVectorOfStructs(std::vector(structs, wire::DimensionShape(10, 5)));
  const auto no_refs = builder.CreateVector(std::vector<flatbuffers::Offset<wire::ManifestRef>>());
  const auto array = wire::CreateArrayNodeData(builder, shape, 0, no_refs);
  const auto node = wire::CreateNodeSnapshot(builder, &array_id, path, user_data, wire::NodeData::Array, array.Union());
  const auto nodes = builder.CreateVector(&node, 1);
  const auto message = builder.CreateString("m");
  const auto no_items = builder.CreateVector(std::vector<flatbuffers::Offset<wire::MetadataItem>>());
  const auto files = builder.CreateVectorOfStructs(std::vector(structs, wire::ManifestFileInfo(manifest_id, 100, 2)));
  builder.Finish(wire::CreateSnapshot(builder, &manifest_id, nullptr, nodes, 1, message, no_items, files), "Ichk");
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

/// The same payload with a copy of one vector behind it, so many bytes beyond a multiple of 8, which the offset at
/// `field` leads to instead.
template <typename Struct>
Bytes moved(const Bytes& payload, const void* field, const flatbuffers::Vector<const Struct*>& structs,
            std::size_t beyond) {
  const auto position_of = [&](const void* part) {
    return static_cast<std::size_t>(static_cast<const std::uint8_t*>(part) - payload.data());
  };
  constexpr std::size_t count_bytes = 4;
  Bytes result = payload;
  while ((result.size() + count_bytes) % 8 != beyond) result.push_back(0);
  const auto offset = static_cast<flatbuffers::uoffset_t>(result.size() - position_of(field));
  const auto begin = payload.begin() + static_cast<std::ptrdiff_t>(position_of(&structs));
  const std::size_t size = count_bytes + structs.size() * sizeof(Struct);
  result.insert(result.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
  flatbuffers::WriteScalar(result.data() + position_of(field), offset);
  return result;
}

/// Where the table has the offset to a field.
template <typename Table>
const void* field_of(const Table& table, flatbuffers::voffset_t field) {
  return reinterpret_cast<const flatbuffers::Table&>(table).GetAddressOf(field);
}

Bytes with_files_moved(const Bytes& payload, std::size_t beyond) {
  const auto& root = *flatbuffers::GetRoot<wire::Snapshot>(payload.data());
  return moved(payload, field_of(root, wire::Snapshot::VT_MANIFEST_FILES), *root.manifest_files(), beyond);
}

Bytes with_shape_moved(const Bytes& payload, std::size_t beyond) {
  const auto& array = *flatbuffers::GetRoot<wire::Snapshot>(payload.data())->nodes()->Get(0)->node_data_as_Array();
  return moved(payload, field_of(array, wire::ArrayNodeData::VT_SHAPE), *array.shape(), beyond);
}

Bytes object_of_version_one(const Bytes& payload) {
  Bytes object = seal_object(ObjectType::snapshot, payload, 1);
  std::ranges::copy(encode_file_header(ObjectType::snapshot, 1), object.begin());
  return object;
}

TEST(CheckAligned, WhereStructsMayLieTheyAreRead) {
  for (const auto& move : {with_files_moved, with_shape_moved}) {
    const Bytes object = object_of_version_one(move(payload_of_version_one(), 0));
    const auto snapshot = decode_snapshot(object);
    ASSERT_TRUE(snapshot) << snapshot.error().text();
    ASSERT_EQ(snapshot->manifests.size(), 1u);
    EXPECT_EQ(snapshot->manifests[0].size_bytes, 100u);
    EXPECT_EQ(snapshot->nodes.at(0).array->shape, (std::vector<DimensionExtent>{{10, 2}}));
    EXPECT_TRUE(object_json(object));
  }
}

TEST(CheckAligned, ElsewhereTheyAreCorrupt) {
  const std::pair<Bytes (*)(const Bytes&, std::size_t), const char*> cases[] = {{with_files_moved, "manifest_files"},
                                                                                {with_shape_moved, "shape"}};
  for (const auto& [move, field] : cases) {
    const Bytes payload = move(payload_of_version_one(), 4);
    EXPECT_TRUE(verified_root<wire::Snapshot>(payload, ObjectType::snapshot)) << "verification alone would do";
    const Bytes object = object_of_version_one(payload);
    for (const Error& error : {decode_snapshot(object).error(), object_json(object).error()}) {
      EXPECT_EQ(error.kind, ErrorKind::corrupt) << field;
      EXPECT_NE(error.text().find(std::string(field) + ": found entries that are not aligned to 8 bytes"),
                std::string::npos)
          << error.text();
    }
  }
}

TEST(CheckAligned, AnEmptyVectorLiesAnywhere) {
  for (const auto& move : {with_files_moved, with_shape_moved}) {
    const auto snapshot = decode_snapshot(object_of_version_one(move(payload_of_version_one(0), 4)));
    EXPECT_TRUE(snapshot) << snapshot.error().text();
  }
  EXPECT_TRUE(check_aligned<wire::DimensionShape>(nullptr, "shape"));
}

}  // namespace
}  // namespace vdp::icechunk
