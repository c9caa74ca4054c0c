#include <fmt/format.h>

#include "formats/hdf5/btree_v1.h"
#include "formats/hdf5/link.h"
#include "formats/hdf5/local_heap.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint32_t cached_symbolic_link = 2;
/// Leaf K is 4 and internal K 16 unless a file says otherwise; these are the sizes of such nodes.
constexpr std::uint64_t expected_btree_bytes = 544;
constexpr std::uint64_t expected_symbol_node_bytes = 328;

/// A link whose texts are still in the heap.
struct Symbol {
  std::uint64_t name = 0;  ///< where it is in the heap
  Address address = undefined_address;
  bool is_symbolic = false;
  std::uint32_t target = 0;  ///< of a symbolic link: where its path is in the heap
};

/// Link name (offset), object header, cache type (4), reserved (4), scratch pad (16).
Result<Symbol> decode_symbol(const FileView& file, Cursor& cursor) {
  Symbol symbol;
  VDP_ASSIGN(symbol.name, file.read_length(cursor, "symbol: name"));  // as wide as lengths, not offsets
  VDP_ASSIGN(symbol.address, file.read_address(cursor, "symbol: object header"));
  VDP_ASSIGN(const auto cache, cursor.read_u32("symbol: cache type"));
  symbol.is_symbolic = cache == cached_symbolic_link;
  VDP_TRY(cursor.skip(4, "symbol: reserved"));
  VDP_ASSIGN(symbol.target, cursor.read_u32("symbol: scratch pad"));
  VDP_TRY(cursor.skip(12, "symbol: scratch pad"));
  return symbol;
}

/// "SNOD", version (1), reserved (1), number of symbols (2), symbols.
Decoded<void> read_symbol_node(const FileView& file, Address address, std::vector<Symbol>& symbols) {
  VDP_ASSIGN(ByteView head, file.view_ahead(address, 8, expected_symbol_node_bytes, "symbol node"));
  Cursor cursor = file.cursor(head.first(8), address);
  VDP_TRY(cursor.expect("SNOD", "symbol node: signature"));
  VDP_TRY(cursor.skip(2, "symbol node: version"));
  VDP_ASSIGN(const auto count, cursor.read_u16("symbol node: number of symbols"));
  const std::uint64_t symbol_bytes = 24ULL + file.geometry().length_bytes + file.geometry().offset_bytes;
  VDP_ASSIGN(ByteView all, file.view(address, 8 + count * symbol_bytes, "symbol node"));
  Cursor body = file.cursor(all, address);
  VDP_TRY(body.skip(8, "symbol node"));
  for (int i = 0; i < count; ++i) {
    VDP_ASSIGN(const Symbol symbol, decode_symbol(file, body));
    symbols.push_back(symbol);
  }
  return {};
}

/// The symbols of all nodes that are held; false where some are missing.
Decoded<bool> read_symbols(const FileView& file, Address btree, std::vector<Symbol>& symbols) {
  // A key is an offset into the heap, of the size of lengths.
  const BtreeShape shape{BtreeKind::group, file.geometry().length_bytes, expected_btree_bytes};
  std::vector<Address> nodes;
  VDP_TRY(visit_btree_v1(file, btree, shape, [&nodes](const BtreeEntry& entry) -> Status {
    nodes.push_back(entry.child);
    return {};
  }));
  bool complete = true;
  for (const Address address : nodes) {
    auto node = read_symbol_node(file, address, symbols);
    if (!node && !node.error().is_missing()) return std::unexpected(std::move(node).error());
    complete = complete && node.has_value();
  }
  return complete;
}

Result<Link> named_link(const Symbol& symbol, ByteView heap) {
  Link link;
  link.address = symbol.address;
  VDP_ASSIGN(link.name, heap_text(heap, symbol.name));
  if (symbol.is_symbolic) {
    link.kind = Link::Kind::soft;
    VDP_ASSIGN(link.target, heap_text(heap, symbol.target));
  }
  return link;
}

}  // namespace

Decoded<std::vector<Link>> read_symbol_table(const FileView& file, Address btree, Address heap,
                                             std::vector<Address>& targets) {
  const auto names = read_local_heap(file, heap);
  std::vector<Symbol> symbols;
  const auto complete = read_symbols(file, btree, symbols);  // asked for in the same round as the heap
  for (const Symbol& symbol : symbols) {
    if (!symbol.is_symbolic) targets.push_back(symbol.address);
  }
  if (!names) return std::unexpected(names.error());
  if (!complete) return std::unexpected(complete.error());
  if (!*complete) return missing();
  std::vector<Link> links;
  std::uint64_t text_bytes = 0;  // no two links share a text, so that it cannot be more than the heap has
  for (const Symbol& symbol : symbols) {
    VDP_ASSIGN(Link link, named_link(symbol, *names));
    text_bytes += link.name.size() + link.target.size();
    if (text_bytes > names->size()) {
      return corrupt(
          fmt::format("symbol table: more text in its names than the {} bytes of their heap", names->size()));
    }
    links.push_back(std::move(link));
  }
  return links;
}

}  // namespace vdp::hdf5
