#include "formats/hdf5/btree_v1.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

namespace vdp::hdf5 {
namespace {

using Visit = std::function<Status(const BtreeEntry&)>;

class TreeReader {
 public:
  TreeReader(const FileView& file, const BtreeShape& shape, const Visit& visit)
      : file_(file), shape_(shape), visit_(visit) {}

  Decoded<void> read(Address root) {
    std::set<Address> visited{root};
    std::vector<Address> nodes{root};
    while (!nodes.empty()) {
      VDP_ASSIGN(std::vector<Address> children, read_level(nodes));
      for (const Address child : children) {
        if (!visited.insert(child).second) {
          return corrupt(fmt::format("B-tree: two parents share the node at offset {}", file_.absolute(child)));
        }
      }
      nodes = std::move(children);
      --level_;
    }
    return {};
  }

 private:
  /// The nodes below; of leaves there are none.
  Decoded<std::vector<Address>> read_level(const std::vector<Address>& nodes) {
    std::vector<Address> children;
    bool incomplete = false;
    for (const Address node : nodes) {
      auto done = read_node(node, children);
      if (done) continue;
      if (!done.error().is_missing()) return std::unexpected(std::move(done).error());
      incomplete = true;  // go on: the other nodes of this level are asked for in the same round
    }
    if (incomplete) return missing();
    return children;
  }

  /// "TREE", node type (1), level (1), entries (2), siblings (2 addresses), then key, child, key, child, ..., key.
  Decoded<void> read_node(Address address, std::vector<Address>& children) {
    const std::uint64_t head_bytes = 8 + 2ULL * file_.geometry().offset_bytes;
    VDP_ASSIGN(ByteView head, file_.view_ahead(address, head_bytes, shape_.expected_node_bytes, "B-tree node"));
    Cursor cursor = file_.cursor(head.first(head_bytes), address);
    VDP_TRY(cursor.expect("TREE", "B-tree node: signature"));
    VDP_ASSIGN(const auto type, cursor.read_u8("B-tree node: type"));
    if (type != static_cast<std::uint8_t>(shape_.kind)) {
      return corrupt(fmt::format("B-tree node at offset {}: type {} found, {} expected", file_.absolute(address), type,
                                 static_cast<int>(shape_.kind)));
    }
    VDP_ASSIGN(const auto level, cursor.read_u8("B-tree node: level"));
    if (level_ >= 0 && level != level_) {
      return corrupt(
          fmt::format("B-tree node at offset {}: level {} found, {} expected", file_.absolute(address), level, level_));
    }
    level_ = level;
    VDP_ASSIGN(const auto count, cursor.read_u16("B-tree node: entries"));
    const std::uint64_t entries_bytes = count * (shape_.key_bytes + file_.geometry().offset_bytes);
    VDP_ASSIGN(const ByteView all, file_.view(address, head_bytes + entries_bytes, "B-tree node"));
    return read_entries(file_.cursor(all.subspan(head_bytes), address + head_bytes), count, children);
  }

  Decoded<void> read_entries(Cursor cursor, std::uint16_t count, std::vector<Address>& children) {
    entries_ += count;
    if (entries_ > file_.limits().max_entries) {
      return over_limit(fmt::format("B-tree: more than {} entries", file_.limits().max_entries));
    }
    for (int i = 0; i < count; ++i) {
      BtreeEntry entry;
      entry.key_at = cursor.file_offset() - file_.geometry().base_address;
      VDP_ASSIGN(entry.key, cursor.read_bytes(shape_.key_bytes, "B-tree node: key"));
      VDP_ASSIGN(entry.child, file_.read_address(cursor, "B-tree node: child"));
      if (level_ == 0) {
        VDP_TRY(visit_(entry));
      } else {
        children.push_back(entry.child);
      }
    }
    return {};
  }

  const FileView& file_;
  const BtreeShape& shape_;
  const Visit& visit_;
  int level_ = -1;  ///< of the nodes that are read; the root says how deep the tree is
  std::uint64_t entries_ = 0;
};

}  // namespace

Decoded<void> visit_btree_v1(const FileView& file, Address root, const BtreeShape& shape, const Visit& visit) {
  return TreeReader(file, shape, visit).read(root);
}

}  // namespace vdp::hdf5
