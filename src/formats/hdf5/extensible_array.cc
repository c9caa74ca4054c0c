// Extensible arrays: the chunk index of datasets that grow along one dimension ("VII.D", appendix C).
//
// The index block holds the first elements itself, then addresses of data blocks, then addresses of super blocks, which
// hold addresses of further data blocks. Blocks come in groups, one a super block: group g has 2^(g/2) data blocks of
// 2^((g+1)/2) times the smallest block's elements. The first groups hang on the index block directly.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/checked.h"
#include "formats/hdf5/checksum.h"
#include "formats/hdf5/chunk_elements.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint64_t checksum_bytes = 4;

struct Header {
  bool filtered = false;
  std::uint8_t element_bytes = 0;
  std::uint8_t index_bits = 0;  ///< the array has at most 2^index_bits elements
  std::uint8_t index_block_elements = 0;
  std::uint8_t least_block_elements = 0;
  std::uint8_t least_super_pointers = 0;
  std::uint8_t page_bits = 0;  ///< data blocks with more than 2^page_bits elements have pages
  Address index_block = undefined_address;
};

/// "EAHD", version (1), the eight numbers above (1 each), six statistics, index block, checksum.
Decoded<Header> read_header(const FileView& file, Address address) {
  const std::uint64_t size = 12 + 6ULL * file.geometry().length_bytes + file.geometry().offset_bytes + checksum_bytes;
  VDP_ASSIGN(const ByteView bytes, file.view(address, size, "extensible array"));
  VDP_TRY(verify_checksum(bytes, "extensible array", file.absolute(address)));
  Cursor cursor = file.cursor(bytes, address);
  VDP_TRY(cursor.expect("EAHD", "extensible array: signature"));
  VDP_TRY(cursor.skip(1, "extensible array: version"));
  Header header;
  VDP_ASSIGN(const auto client, cursor.read_u8("extensible array: client"));
  header.filtered = client == 1;
  VDP_ASSIGN(header.element_bytes, cursor.read_u8("extensible array: element size"));
  VDP_ASSIGN(header.index_bits, cursor.read_u8("extensible array: index bits"));
  VDP_ASSIGN(header.index_block_elements, cursor.read_u8("extensible array: elements in the index block"));
  VDP_ASSIGN(header.least_block_elements, cursor.read_u8("extensible array: least elements of a data block"));
  VDP_ASSIGN(header.least_super_pointers, cursor.read_u8("extensible array: least pointers of a super block"));
  VDP_ASSIGN(header.page_bits, cursor.read_u8("extensible array: page bits"));
  VDP_TRY(cursor.skip(6ULL * file.geometry().length_bytes, "extensible array: statistics"));
  VDP_ASSIGN(header.index_block, file.read_address(cursor, "extensible array: index block"));
  if (client > 1 || header.index_bits == 0 || header.index_bits > 64 || header.page_bits > 32 ||
      !std::has_single_bit(header.least_block_elements) || !std::has_single_bit(header.least_super_pointers) ||
      std::bit_width(header.least_block_elements) > header.index_bits) {
    return corrupt(
        fmt::format("extensible array at offset {}: its parameters are not possible", file.absolute(address)));
  }
  return header;
}

class ArrayReader {
 public:
  ArrayReader(const FileView& file, const Header& header, Address header_address, ElementSink& sink)
      : file_(file), header_(header), header_address_(header_address), sink_(sink) {}

  /// "EAIB", version (1), client (1), header, elements, addresses of data blocks, of super blocks, checksum.
  Decoded<void> read() {
    const std::uint64_t groups = 1ULL + header_.index_bits - (std::bit_width(header_.least_block_elements) - 1U);
    const std::uint64_t direct_groups = 2ULL * (std::bit_width(header_.least_super_pointers) - 1U);
    const std::uint64_t direct_blocks = 2ULL * (header_.least_super_pointers - 1U);
    const std::uint64_t super_blocks = groups > direct_groups ? groups - direct_groups : 0;
    const std::uint64_t width = file_.geometry().offset_bytes;
    const std::uint64_t element_bytes = std::uint64_t{header_.index_block_elements} * header_.element_bytes;
    const std::uint64_t size = 6 + width + element_bytes + (direct_blocks + super_blocks) * width + checksum_bytes;
    VDP_ASSIGN(const ByteView bytes, file_.view(header_.index_block, size, "extensible array index block"));
    VDP_TRY(verify_checksum(bytes, "extensible array index block", file_.absolute(header_.index_block)));
    VDP_ASSIGN(Cursor cursor, begin(bytes, header_.index_block, "EAIB"));
    VDP_ASSIGN(const ByteView elements, cursor.read_bytes(element_bytes, "extensible array: elements"));
    VDP_TRY(sink_.add(0, elements));
    next_element_ = header_.index_block_elements;
    for (std::uint64_t group = 0; group < std::min(groups, direct_groups); ++group) {
      VDP_TRY(read_data_blocks(cursor, group, {}));
    }
    for (std::uint64_t group = direct_groups; group < groups; ++group) {
      VDP_ASSIGN(const Address address, file_.read_address(cursor, "extensible array: super block"));
      VDP_TRY(collect(read_super_block(address, group)));
    }
    if (incomplete_) return missing();
    return {};
  }

 private:
  static std::uint64_t blocks_of(std::uint64_t group) { return std::uint64_t{1} << (group / 2); }
  /// Saturates: the last groups of a large array are larger than any file.
  std::uint64_t elements_of_block(std::uint64_t group) const {
    return std::uint64_t{header_.least_block_elements} << std::min<std::uint64_t>((group + 1) / 2, 48);
  }
  std::uint64_t page_elements() const { return std::uint64_t{1} << header_.page_bits; }
  std::uint64_t pages_of_block(std::uint64_t group) const {
    const std::uint64_t elements = elements_of_block(group);
    return elements > page_elements() ? elements / page_elements() : 0;
  }
  std::uint64_t offset_bytes() const { return (header_.index_bits + 7U) / 8U; }

  /// Signature, version (1), client (1), header.
  Decoded<Cursor> begin(ByteView bytes, Address address, std::string_view signature) const {
    Cursor cursor = file_.cursor(bytes, address);
    VDP_TRY(cursor.expect(signature, "extensible array block: signature"));
    VDP_TRY(cursor.skip(2, "extensible array block: version and client"));
    VDP_ASSIGN(const Address header, file_.read_address(cursor, "extensible array block: header"));
    if (header != header_address_) {
      return corrupt(
          fmt::format("extensible array block at offset {}: belongs to another array", file_.absolute(address)));
    }
    return cursor;
  }

  /// Keeps errors and remembers misses, so that blocks that are missing are asked for together.
  Decoded<void> collect(Decoded<void> outcome) {
    if (outcome || !outcome.error().is_missing()) return outcome;
    incomplete_ = true;
    return {};
  }

  /// The addresses of a group's data blocks at `cursor`; `bitmap` has a bit per page where there are pages, those of
  /// one block right behind those of the block before.
  Decoded<void> read_data_blocks(Cursor& cursor, std::uint64_t group, ByteView bitmap) {
    for (std::uint64_t block = 0; block < blocks_of(group); ++block) {
      VDP_ASSIGN(const Address address, file_.read_address(cursor, "extensible array: data block"));
      const std::uint64_t first = next_element_;
      next_element_ += elements_of_block(group);
      if (address == undefined_address) continue;
      if (pages_of_block(group) == 0) {
        VDP_TRY(collect(read_plain_block(address, group, first)));
      } else if (bitmap.empty()) {
        return unsupported("an extensible array with pages in the data blocks of its index block");
      } else {
        VDP_TRY(read_paged_block(address, group, first, bitmap, block * pages_of_block(group)));
      }
    }
    return {};
  }

  /// "EASB", version (1), client (1), header, offset of the block, bitmaps of pages, addresses, checksum.
  Decoded<void> read_super_block(Address address, std::uint64_t group) {
    if (address == undefined_address) {
      next_element_ += blocks_of(group) * elements_of_block(group);
      return {};
    }
    const std::uint64_t after = next_element_ + blocks_of(group) * elements_of_block(group);
    auto done = read_super_block_at(address, group);
    next_element_ = after;  // also where it is missing: the next group goes on from there
    return done;
  }

  Decoded<void> read_super_block_at(Address address, std::uint64_t group) {
    const std::uint64_t width = file_.geometry().offset_bytes;
    const std::uint64_t bitmap_bytes = divide_up(pages_of_block(group), 8) * blocks_of(group);
    const std::uint64_t size = 6 + width + offset_bytes() + bitmap_bytes + blocks_of(group) * width + checksum_bytes;
    VDP_ASSIGN(const ByteView bytes, file_.view(address, size, "extensible array super block"));
    VDP_TRY(verify_checksum(bytes, "extensible array super block", file_.absolute(address)));
    VDP_ASSIGN(Cursor cursor, begin(bytes, address, "EASB"));
    VDP_TRY(cursor.skip(offset_bytes(), "extensible array super block: offset"));
    VDP_ASSIGN(const ByteView bitmap, cursor.read_bytes(bitmap_bytes, "extensible array super block: pages"));
    return read_data_blocks(cursor, group, bitmap);
  }

  /// "EADB", version (1), client (1), header, offset of the block, elements, checksum.
  Decoded<void> read_plain_block(Address address, std::uint64_t group, std::uint64_t first) {
    const std::uint64_t head = 6ULL + file_.geometry().offset_bytes + offset_bytes();
    const std::uint64_t element_bytes = elements_of_block(group) * header_.element_bytes;
    VDP_ASSIGN(const ByteView bytes,
               file_.view(address, head + element_bytes + checksum_bytes, "extensible array data block"));
    VDP_TRY(verify_checksum(bytes, "extensible array data block", file_.absolute(address)));
    VDP_TRY(begin(bytes, address, "EADB"));
    VDP_TRY(sink_.add(first, bytes.subspan(head, element_bytes)));
    return {};
  }

  /// Such a block ends with the checksum of its head; its pages follow, each with a checksum. Its first page's bit is
  /// number `first_bit` of the bitmap, most significant first: was it written?
  Decoded<void> read_paged_block(Address address, std::uint64_t group, std::uint64_t first, ByteView bitmap,
                                 std::uint64_t first_bit) {
    const std::uint64_t head = 6ULL + file_.geometry().offset_bytes + offset_bytes() + checksum_bytes;
    const std::uint64_t page_bytes = page_elements() * header_.element_bytes + checksum_bytes;
    for (std::uint64_t page = 0; page < pages_of_block(group); ++page) {
      const std::uint64_t bit = first_bit + page;
      if ((bitmap[bit / 8] & (0x80 >> (bit % 8))) == 0) continue;
      VDP_TRY(collect(read_page(address + head + page * page_bytes, page_bytes, first + page * page_elements())));
    }
    return {};
  }

  Decoded<void> read_page(Address address, std::uint64_t page_bytes, std::uint64_t first) {
    VDP_ASSIGN(const ByteView bytes, file_.view(address, page_bytes, "extensible array page"));
    VDP_TRY(verify_checksum(bytes, "extensible array page", file_.absolute(address)));
    VDP_TRY(sink_.add(first, bytes.first(page_bytes - checksum_bytes)));
    return {};
  }

  const FileView& file_;
  const Header& header_;
  Address header_address_;
  ElementSink& sink_;
  std::uint64_t next_element_ = 0;
  bool incomplete_ = false;
};

}  // namespace

Decoded<std::vector<StoredChunk>> read_extensible_array(const FileView& file, const DatasetHeader& dataset,
                                                        const ChunkGrid& grid) {
  const Address address = dataset.layout.address;
  VDP_ASSIGN(const Header header, read_header(file, address));
  if (header.index_block == undefined_address) return std::vector<StoredChunk>{};
  ElementSink sink(file, dataset, grid, header.filtered, header.element_bytes);
  VDP_TRY(sink.check());
  VDP_TRY(ArrayReader(file, header, address, sink).read());
  return sink.take();
}

}  // namespace vdp::hdf5
