// Fixed arrays: the chunk index of datasets that cannot grow ("VII.C", appendix C).
#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "formats/hdf5/checksum.h"
#include "formats/hdf5/chunk_elements.h"

namespace vdp::hdf5 {
namespace {

constexpr std::uint64_t checksum_bytes = 4;

struct Header {
  bool filtered = false;
  std::uint8_t element_bytes = 0;
  std::uint8_t page_bits = 0;  ///< a page has 2^page_bits elements
  std::uint64_t elements = 0;
  Address data_block = undefined_address;
};

/// "FAHD", version (1), client (1), element size (1), page bits (1), elements, data block, checksum.
Decoded<Header> read_header(const FileView& file, Address address) {
  const std::uint64_t size = 8ULL + file.geometry().length_bytes + file.geometry().offset_bytes + checksum_bytes;
  VDP_ASSIGN(const ByteView bytes, file.view(address, size, "fixed array"));
  VDP_TRY(verify_checksum(bytes, "fixed array", file.absolute(address)));
  Cursor cursor = file.cursor(bytes, address);
  VDP_TRY(cursor.expect("FAHD", "fixed array: signature"));
  VDP_TRY(cursor.skip(1, "fixed array: version"));
  VDP_ASSIGN(const auto client, cursor.read_u8("fixed array: client"));
  Header header;
  header.filtered = client == 1;
  VDP_ASSIGN(header.element_bytes, cursor.read_u8("fixed array: element size"));
  VDP_ASSIGN(header.page_bits, cursor.read_u8("fixed array: page bits"));
  VDP_ASSIGN(header.elements, file.read_length(cursor, "fixed array: elements"));
  VDP_ASSIGN(header.data_block, file.read_address(cursor, "fixed array: data block"));
  if (client > 1 || header.page_bits > 32) {
    return corrupt(fmt::format("fixed array at offset {}: client {}, {} page bits", file.absolute(address), client,
                               header.page_bits));
  }
  return header;
}

class DataBlock {
 public:
  DataBlock(const FileView& file, const Header& header, ElementSink& sink)
      : file_(file), header_(header), sink_(sink), page_elements_(std::uint64_t{1} << header.page_bits) {}

  Decoded<void> read() {
    const auto total = checked_multiply<std::uint64_t>(header_.elements, header_.element_bytes);
    if (!total || !file_.contains(header_.data_block, *total)) {
      return corrupt(fmt::format("fixed array: {} elements reach beyond the end of the file", header_.elements));
    }
    return header_.elements > page_elements_ ? read_paged() : read_plain(*total);
  }

 private:
  std::uint64_t prefix_bytes() const { return 6ULL + file_.geometry().offset_bytes; }

  /// "FADB", version (1), client (1), header, elements, checksum.
  Decoded<void> read_plain(std::uint64_t element_bytes) {
    const std::uint64_t size = prefix_bytes() + element_bytes + checksum_bytes;
    VDP_ASSIGN(const ByteView bytes, file_.view(header_.data_block, size, "fixed array data block"));
    VDP_TRY(check(bytes));
    VDP_TRY(sink_.add(0, bytes.subspan(prefix_bytes(), element_bytes)));
    return {};
  }

  /// The same without elements but with a bit per page (most significant first: was it written?), then the pages.
  Decoded<void> read_paged() {
    const std::uint64_t pages = divide_up(header_.elements, page_elements_);
    const std::uint64_t bitmap_bytes = divide_up(pages, 8);
    const std::uint64_t head_bytes = prefix_bytes() + bitmap_bytes + checksum_bytes;
    VDP_ASSIGN(const ByteView head, file_.view(header_.data_block, head_bytes, "fixed array data block"));
    VDP_TRY(check(head));
    const ByteView bitmap = head.subspan(prefix_bytes(), bitmap_bytes);
    bool incomplete = false;
    for (std::uint64_t page = 0; page < pages; ++page) {
      if ((bitmap[page / 8] & (0x80 >> (page % 8))) == 0) continue;
      auto done = read_page(page, head_bytes);
      if (done) continue;
      if (!done.error().is_missing()) return done;
      incomplete = true;
    }
    if (incomplete) return missing();
    return {};
  }

  /// Elements, checksum; the last page has what elements remain.
  Decoded<void> read_page(std::uint64_t page, std::uint64_t head_bytes) {
    const std::uint64_t first = page * page_elements_;
    const std::uint64_t count = std::min(page_elements_, header_.elements - first);
    const Address address =
        header_.data_block + head_bytes + page * (page_elements_ * header_.element_bytes + checksum_bytes);
    const std::uint64_t size = count * header_.element_bytes + checksum_bytes;
    VDP_ASSIGN(const ByteView bytes, file_.view(address, size, "fixed array page"));
    VDP_TRY(verify_checksum(bytes, "fixed array page", file_.absolute(address)));
    VDP_TRY(sink_.add(first, bytes.first(bytes.size() - checksum_bytes)));
    return {};
  }

  Status check(ByteView block) const {
    Cursor cursor = file_.cursor(block, header_.data_block);
    VDP_TRY(cursor.expect("FADB", "fixed array data block: signature"));
    return verify_checksum(block, "fixed array data block", file_.absolute(header_.data_block));
  }

  const FileView& file_;
  const Header& header_;
  ElementSink& sink_;
  std::uint64_t page_elements_;
};

}  // namespace

Decoded<std::vector<StoredChunk>> read_fixed_array(const FileView& file, const DatasetHeader& dataset,
                                                   const ChunkGrid& grid) {
  VDP_ASSIGN(const Header header, read_header(file, dataset.layout.address));
  if (header.data_block == undefined_address) return std::vector<StoredChunk>{};
  ElementSink sink(file, dataset, grid, header.filtered, header.element_bytes);
  VDP_TRY(sink.check());
  VDP_TRY(DataBlock(file, header, sink).read());
  return sink.take();
}

}  // namespace vdp::hdf5
