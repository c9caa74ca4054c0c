#include "formats/hdf5/dense_storage.h"

#include <fmt/format.h>

#include "formats/hdf5/btree_v2.h"
#include "formats/hdf5/shared_message.h"

namespace vdp::hdf5 {
namespace {

constexpr std::size_t link_id_bytes = 7;
constexpr std::size_t attribute_id_bytes = 8;
constexpr std::uint8_t shared_flag = 0x02;

struct DenseId {
  ByteView id;
  bool shared = false;  ///< the id is one of the file's table of shared messages
};

/// Type 5: hash of the name (4), heap id (7). Type 8: heap id (8), message flags (1), creation order (4), hash (4).
Result<DenseId> decode_record(ByteView record, DenseRecord type) {
  Cursor cursor(record);
  DenseId dense;
  if (type == DenseRecord::link_name) {
    VDP_TRY(cursor.skip(4, "link record: hash"));
    VDP_ASSIGN(dense.id, cursor.read_bytes(link_id_bytes, "link record: heap id"));
    return dense;
  }
  VDP_ASSIGN(dense.id, cursor.read_bytes(attribute_id_bytes, "attribute record: heap id"));
  VDP_ASSIGN(const auto flags, cursor.read_u8("attribute record: flags"));
  dense.shared = (flags & shared_flag) != 0;
  return dense;
}

}  // namespace

Decoded<std::vector<HeapObject>> read_dense_objects(const FileView& file, Address heap_address, Address index,
                                                    DenseRecord type) {
  auto opened = FractalHeap::open(file, heap_address);
  VDP_ASSIGN(const BtreeV2Records tree, read_btree_v2(file, index));  // asked for together with the heap's header
  VDP_ASSIGN(FractalHeap heap, std::move(opened));
  if (tree.type != static_cast<std::uint8_t>(type)) {
    return corrupt(fmt::format("B-tree at offset {}: records of type {} found, {} expected", file.absolute(index),
                               tree.type, static_cast<int>(type)));
  }
  std::vector<HeapObject> objects;
  std::uint64_t object_bytes = 0;  // no two records share an object, so that it cannot be more than the file has
  bool incomplete = false;
  for (const ByteView record : tree.records) {
    VDP_ASSIGN(const DenseId dense, decode_record(record, type));
    auto object = dense.shared ? shared_body(file, MessageType::attribute, dense.id) : heap.object(dense.id);
    if (object) {
      object_bytes += object->bytes.size();
      if (object_bytes > file.file_size()) {
        return corrupt(
            fmt::format("B-tree at offset {}: its records name more bytes than the file has", file.absolute(index)));
      }
      objects.push_back(*object);
    } else if (object.error().is_missing()) {
      incomplete = true;
    } else {
      return std::unexpected(std::move(object).error());
    }
  }
  if (incomplete) return missing();
  return objects;
}

}  // namespace vdp::hdf5
