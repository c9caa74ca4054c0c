#include "formats/hdf5/btree_v2.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/hdf5/checksum.h"

namespace vdp::hdf5 {
namespace {

/// Signature (4), version (1), type (1), checksum (4).
constexpr std::uint64_t node_overhead_bytes = 10;

struct Header {
  std::uint8_t type = 0;
  std::uint32_t node_bytes = 0;
  std::uint16_t record_bytes = 0;
  std::uint16_t depth = 0;
  Address root = undefined_address;
  std::uint16_t root_records = 0;
};

struct NodeRef {
  Address address = undefined_address;
  std::uint64_t records = 0;
};

/// How wide the counts of a child pointer are; they follow from how many records fit below it.
struct Widths {
  std::size_t records = 0;              ///< of the child's own number of records
  std::vector<std::size_t> cumulative;  ///< by level of the child: of the number of records below; 0 for leaves
};

Decoded<Header> read_header(const FileView& file, Address address) {
  const std::uint64_t size = 22ULL + file.geometry().offset_bytes + file.geometry().length_bytes;
  VDP_ASSIGN(ByteView bytes, file.view(address, size, "B-tree header"));
  Cursor cursor = file.cursor(bytes, address);
  VDP_TRY(cursor.expect("BTHD", "B-tree header: signature"));
  VDP_TRY(verify_checksum(bytes, "B-tree header", file.absolute(address)));
  VDP_TRY(cursor.skip(1, "B-tree header: version"));
  Header header;
  VDP_ASSIGN(header.type, cursor.read_u8("B-tree header: type"));
  VDP_ASSIGN(header.node_bytes, cursor.read_u32("B-tree header: node size"));
  VDP_ASSIGN(header.record_bytes, cursor.read_u16("B-tree header: record size"));
  VDP_ASSIGN(header.depth, cursor.read_u16("B-tree header: depth"));
  VDP_TRY(cursor.skip(2, "B-tree header: split and merge"));
  VDP_ASSIGN(header.root, file.read_address(cursor, "B-tree header: root"));
  VDP_ASSIGN(header.root_records, cursor.read_u16("B-tree header: records in the root"));
  if (header.record_bytes == 0 || header.node_bytes < node_overhead_bytes + header.record_bytes) {
    return corrupt(fmt::format("B-tree header at offset {}: records of {} bytes in nodes of {}", file.absolute(address),
                               header.record_bytes, header.node_bytes));
  }
  if (header.depth > file.limits().max_depth) {
    return over_limit(
        fmt::format("B-tree header: depth {}, at most {} allowed", header.depth, file.limits().max_depth));
  }
  return header;
}

Result<Widths> pointer_widths(const FileView& file, const Header& header) {
  const std::uint64_t leaf_records = (header.node_bytes - node_overhead_bytes) / header.record_bytes;
  Widths widths{bytes_to_hold(leaf_records), {0}};
  std::uint64_t cumulative = leaf_records;
  for (int level = 1; level < header.depth; ++level) {
    const std::uint64_t pointer = file.geometry().offset_bytes + widths.records + widths.cumulative.back();
    if (header.node_bytes < node_overhead_bytes + pointer) return corrupt("B-tree header: node size is too small");
    const std::uint64_t records = (header.node_bytes - node_overhead_bytes - pointer) / (header.record_bytes + pointer);
    if (__builtin_mul_overflow(cumulative, records + 1, &cumulative) ||
        __builtin_add_overflow(cumulative, records, &cumulative)) {
      return corrupt(fmt::format("B-tree header: depth {} holds more than 2^64 records", header.depth));
    }
    widths.cumulative.push_back(bytes_to_hold(cumulative));
  }
  return widths;
}

class TreeReader {
 public:
  TreeReader(const FileView& file, Header header, Widths widths)
      : file_(file), header_(header), widths_(std::move(widths)) {}

  Decoded<BtreeV2Records> read() {
    BtreeV2Records result{header_.type, header_.record_bytes, {}};
    if (header_.root == undefined_address || header_.root_records == 0) return result;
    std::vector<NodeRef> nodes{{header_.root, header_.root_records}};
    for (int level = header_.depth; level >= 0; --level) {
      std::vector<NodeRef> children;
      bool incomplete = false;
      for (const NodeRef& node : nodes) {
        auto done = read_node(node, level, result.records, children);
        if (done) continue;
        if (!done.error().is_missing()) return std::unexpected(std::move(done).error());
        incomplete = true;  // go on: the other nodes of this level are asked for in the same round
      }
      if (incomplete) return missing();
      nodes = std::move(children);
    }
    return result;
  }

 private:
  /// "BTLF" or "BTIN", version, type, records; in internal nodes then the child pointers; checksum.
  Decoded<void> read_node(const NodeRef& node, int level, std::vector<ByteView>& records,
                          std::vector<NodeRef>& children) {
    const std::size_t pointer = level == 0 ? 0 : file_.geometry().offset_bytes + widths_.records + child_width(level);
    const std::uint64_t size =
        node_overhead_bytes + node.records * header_.record_bytes + (level == 0 ? 0 : (node.records + 1) * pointer);
    if (size > header_.node_bytes) {
      return corrupt(fmt::format("B-tree node at offset {}: {} records do not fit its {} bytes",
                                 file_.absolute(node.address), node.records, header_.node_bytes));
    }
    VDP_ASSIGN(ByteView bytes, file_.view(node.address, size, "B-tree node"));
    if (!visited_.insert(node.address).second) {
      return corrupt(fmt::format("B-tree: two parents share the node at offset {}", file_.absolute(node.address)));
    }
    if (node.records > file_.limits().max_entries - std::min(file_.limits().max_entries, records.size())) {
      return over_limit(fmt::format("B-tree: more than {} records", file_.limits().max_entries));
    }
    Cursor cursor = file_.cursor(bytes, node.address);
    VDP_TRY(cursor.expect(level == 0 ? "BTLF" : "BTIN", "B-tree node: signature"));
    VDP_TRY(verify_checksum(bytes, "B-tree node", file_.absolute(node.address)));
    VDP_TRY(cursor.skip(2, "B-tree node: version and type"));
    for (std::uint64_t i = 0; i < node.records; ++i) {
      VDP_ASSIGN(const ByteView record, cursor.read_bytes(header_.record_bytes, "B-tree node: record"));
      records.push_back(record);
    }
    for (std::uint64_t i = 0; level > 0 && i <= node.records; ++i) {
      NodeRef child;
      VDP_ASSIGN(child.address, file_.read_address(cursor, "B-tree node: child"));
      VDP_ASSIGN(child.records, cursor.read_uint(widths_.records, "B-tree node: child's records"));
      VDP_TRY(cursor.skip(child_width(level), "B-tree node: records below"));
      children.push_back(child);
    }
    return {};
  }

  std::size_t child_width(int level) const { return widths_.cumulative[static_cast<std::size_t>(level - 1)]; }

  const FileView& file_;
  Header header_;
  Widths widths_;
  std::set<Address> visited_;
};

}  // namespace

Decoded<BtreeV2Records> read_btree_v2(const FileView& file, Address address) {
  VDP_ASSIGN(const Header header, read_header(file, address));
  VDP_ASSIGN(Widths widths, pointer_widths(file, header));
  return TreeReader(file, header, std::move(widths)).read();
}

}  // namespace vdp::hdf5
