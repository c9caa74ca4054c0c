#include "formats/hdf5/btree_v1.h"

#include <fmt/format.h>

#include <set>

namespace vdp::hdf5 {
namespace {

struct Node {
  std::uint8_t level = 0;
  std::vector<BtreeEntry> entries;
};

/// "TREE", node type (1), level (1), entries (2), siblings (2 addresses), then key, child, key, child, ..., key.
Decoded<Node> read_node(const FileView& file, Address address, BtreeKind kind, std::uint64_t key_bytes,
                        std::uint64_t expected_node_bytes) {
  const std::uint64_t head_bytes = 8 + 2ULL * file.geometry().offset_bytes;
  VDP_ASSIGN(ByteView head, file.view_ahead(address, head_bytes, expected_node_bytes, "B-tree node"));
  Cursor cursor = file.cursor(head.first(head_bytes), address);
  VDP_TRY(cursor.expect("TREE", "B-tree node: signature"));
  VDP_ASSIGN(const auto type, cursor.read_u8("B-tree node: type"));
  if (type != static_cast<std::uint8_t>(kind)) {
    return corrupt(fmt::format("B-tree node at offset {}: type {} found, {} expected", file.absolute(address), type,
                               static_cast<int>(kind)));
  }
  Node node;
  VDP_ASSIGN(node.level, cursor.read_u8("B-tree node: level"));
  VDP_ASSIGN(const auto count, cursor.read_u16("B-tree node: entries"));
  const std::uint64_t entry_bytes = key_bytes + file.geometry().offset_bytes;
  VDP_ASSIGN(ByteView all, file.view(address, head_bytes + count * entry_bytes, "B-tree node"));
  Cursor body = file.cursor(all, address);
  VDP_TRY(body.skip(head_bytes, "B-tree node"));
  node.entries.reserve(count);
  for (int i = 0; i < count; ++i) {
    BtreeEntry entry;
    entry.key_at = address + body.position();
    VDP_ASSIGN(entry.key, body.read_bytes(key_bytes, "B-tree node: key"));
    VDP_ASSIGN(entry.child, file.read_address(body, "B-tree node: child"));
    node.entries.push_back(entry);
  }
  return node;
}

}  // namespace

Decoded<std::vector<BtreeEntry>> read_btree_v1(const FileView& file, Address root, BtreeKind kind,
                                               std::uint64_t key_bytes, std::uint64_t expected_node_bytes) {
  std::set<Address> visited{root};
  std::vector<Address> level_nodes{root};
  int expected_level = -1;  // the root says how deep the tree is
  while (true) {
    std::vector<BtreeEntry> entries;
    bool incomplete = false;
    for (const Address address : level_nodes) {
      auto node = read_node(file, address, kind, key_bytes, expected_node_bytes);
      if (!node) {
        if (!node.error().is_missing()) return std::unexpected(std::move(node).error());
        incomplete = true;  // go on: the other nodes of this level are asked for in the same round
        continue;
      }
      if (expected_level >= 0 && node->level != expected_level) {
        return corrupt(fmt::format("B-tree node at offset {}: level {} found, {} expected", file.absolute(address),
                                   node->level, expected_level));
      }
      expected_level = node->level;
      entries.insert(entries.end(), node->entries.begin(), node->entries.end());
      if (entries.size() > file.limits().max_entries) {
        return over_limit(fmt::format("B-tree: more than {} entries", file.limits().max_entries));
      }
    }
    if (incomplete) return missing();
    if (expected_level == 0) return entries;
    --expected_level;
    level_nodes.clear();
    for (const BtreeEntry& entry : entries) {
      if (!visited.insert(entry.child).second) {
        return corrupt(fmt::format("B-tree: two parents share the node at offset {}", file.absolute(entry.child)));
      }
      level_nodes.push_back(entry.child);
    }
    if (level_nodes.empty()) return std::vector<BtreeEntry>{};
  }
}

}  // namespace vdp::hdf5
