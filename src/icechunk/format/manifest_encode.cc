// Manifests are laid out by hand: with the library's builder ten million references take gigabytes, and four times as
// long. In the order of the payload, each part at a position that follows from the sizes of those before it:
//
//   root      offset of Manifest, "Ichk"
//   vtables   of Manifest, of ArrayManifest, one for each form of a reference
//   Manifest  id; offset of the list of arrays; no dictionary. The list: one array
//   Array     node id; offset of the list of references
//   list      the number of references, then for each the offset of its record
//   records   for each reference ChunkRef, its index, and for an inlined chunk its bytes; each at a multiple of 8
//   texts     the url and the etag of each location, once, in the order of their first use
//
// Offsets only lead forward, as the format demands; only those to vtables lead back. The texts that many references
// share take a third of the payload that a text for each would; and records of one size in front of their texts
// compress better than records between them. No dictionary of locations is written: see docs/performance.md.
#include <algorithm>
#include <array>

#include "icechunk/format/manifest.h"
#include "icechunk/format/wire.h"
#include "icechunk/format/wire_stream.h"

namespace vdp::icechunk {
namespace {

/// Readers bound the sum over all references of record, vtable and texts, shared ones counted again: 2 GiB.
constexpr std::uint64_t max_apparent_bytes = 2'000'000'000;
constexpr std::uint64_t apparent_record_bytes = 100;

/// A vtable: its own size, its table's, then per field of the schema where in the table it lies, 0 for nowhere. Fields
/// after the last that is there are left out.
using VtableEntries = std::span<const std::uint16_t>;

constexpr std::array<std::uint16_t, 6> manifest_vtable = {12, 24, /*id*/ 4, /*arrays*/ 16, 0, /*algorithm*/ 20};
constexpr std::array<std::uint16_t, 4> array_vtable = {8, 16, /*node_id*/ 4, /*refs*/ 12};

/// How a reference lies in its record: one form for each combination of fields.
enum class Form : std::uint8_t { inlined, native, plain, by_etag, by_time };
constexpr std::size_t form_count = 5;

// In the order of ChunkRef's fields: index, inline, offset, length, chunk_id, location, checksum_etag,
// checksum_last_modified.
constexpr std::array<std::uint16_t, 4> inlined_vtable = {8, 12, 4, 8};
constexpr std::array<std::uint16_t, 7> native_vtable = {14, 36, 4, 0, 8, 16, 24};
constexpr std::array<std::uint16_t, 8> plain_vtable = {16, 28, 4, 0, 8, 16, 0, 24};
constexpr std::array<std::uint16_t, 9> by_etag_vtable = {18, 32, 4, 0, 8, 16, 0, 24, 28};
constexpr std::array<std::uint16_t, 10> by_time_vtable = {20, 32, 4, 0, 8, 16, 0, 24, 0, 28};
constexpr std::array<VtableEntries, form_count> form_vtables = {inlined_vtable, native_vtable, plain_vtable,
                                                                by_etag_vtable, by_time_vtable};

constexpr std::uint64_t table_bytes(Form form) { return form_vtables[static_cast<std::size_t>(form)][1]; }

constexpr std::uint64_t number_bytes = sizeof(std::uint32_t);

/// A vector of bytes: their number, and they.
constexpr std::uint64_t vector_bytes(std::uint64_t size) { return number_bytes + size; }
/// A text in addition has a 0 at its end; what follows is a number.
std::uint64_t text_bytes(std::string_view text) { return round_up(vector_bytes(text.size()) + 1, number_bytes); }

// Where everything in front of the list lies.
constexpr std::uint64_t manifest_vtable_at = 8;
constexpr std::uint64_t array_vtable_at = manifest_vtable_at + sizeof(manifest_vtable);
constexpr std::uint64_t form_vtable_at(std::size_t form) {
  std::uint64_t at = array_vtable_at + sizeof(array_vtable);
  for (std::size_t i = 0; i < form; ++i) at += form_vtables[i].size_bytes();
  return at;
}
constexpr std::uint64_t manifest_at = form_vtable_at(form_count);
constexpr std::uint64_t arrays_at = manifest_at + manifest_vtable[1];
constexpr std::uint64_t array_at = arrays_at + 2 * number_bytes;
constexpr std::uint64_t refs_at = array_at + array_vtable[1];
static_assert(manifest_at % number_bytes == 0);

/// What the references of one location have in common.
struct Source {
  std::uint64_t url = 0;   ///< position among the texts
  std::uint64_t etag = 0;  ///< the same
  std::uint32_t last_modified_s = 0;
  std::uint32_t apparent_bytes = 0;  ///< 0: not used
  Form form = Form::plain;
};

class Encoder {
 public:
  Encoder(const ManifestId& id, const NodeId& node, const RefRows& rows)
      : id_(id), node_(node), rows_(rows), table_(rows.table()), index_bytes_(number_bytes * (1 + table_.rank())) {
    find_sources();
    rows_.for_each([&](std::size_t row) { measure(row); });
    records_at_ = round_up(refs_at + number_bytes * (1 + count_), sizeof(std::uint64_t));
    texts_at_ = records_at_ + records_bytes_;
  }

  Status check_size() const {
    if (apparent_bytes_ <= max_apparent_bytes && payload_bytes() <= max_wire_bytes) return {};
    return over_limit(
        fmt::format("{} references in one manifest take {} bytes, at most {} can be read back: split it "
                    "(manifest.splitting)",
                    count_, std::max(apparent_bytes_, payload_bytes()), max_apparent_bytes));
  }

  Result<Bytes> encode() {
    WireStream out(ObjectType::manifest, payload_bytes(), manifest_compression_level);
    put_head(out);
    put_list(out);
    rows_.for_each([&](std::size_t row) { put_record(out, row); });
    put_texts(out);
    Bytes object = out.finish();
    VDP_TRY(check_readable(object, payload_bytes()));
    return object;
  }

 private:
  std::uint64_t payload_bytes() const { return texts_at_ + texts_bytes_; }

  // ---- Sizes and positions ----

  /// Room for the sources that the rows use: mostly a short run of the table's.
  void find_sources() {
    std::uint32_t first = 0xffffffff;
    std::uint32_t last = 0;
    rows_.for_each([&](std::size_t row) {
      if (table_.kind(row) != ChunkRefKind::virtual_) return;
      first = std::min(first, table_.location(row));
      last = std::max(last, table_.location(row));
    });
    if (first > last) return;
    first_source_ = first;
    sources_.resize(last - first + 1);
  }

  Source& source(std::size_t row) { return sources_[table_.location(row) - first_source_]; }

  void measure(std::size_t row) {
    ++count_;
    records_bytes_ += record_bytes(row);
    apparent_bytes_ += apparent_record_bytes + index_bytes_;
    if (table_.kind(row) == ChunkRefKind::inlined) apparent_bytes_ += table_.length(row);
    if (table_.kind(row) == ChunkRefKind::virtual_) apparent_bytes_ += source(row).apparent_bytes;
  }

  std::uint64_t record_bytes(std::size_t row) {
    const Form form = form_of(row);
    std::uint64_t bytes = table_bytes(form) + index_bytes_;
    if (form == Form::inlined) bytes += vector_bytes(table_.length(row));
    return round_up(bytes, sizeof(std::uint64_t));
  }

  Form form_of(std::size_t row) {
    switch (table_.kind(row)) {
      case ChunkRefKind::native:
        return Form::native;
      case ChunkRefKind::virtual_: {
        Source& found = source(row);
        if (found.apparent_bytes == 0) use(found, table_.location(row));
        return found.form;
      }
      default:
        return Form::inlined;
    }
  }

  /// Gives the texts of a location their places.
  void use(Source& used, std::uint32_t location) {
    const LocationTable::View view = table_.locations()[location];
    used.apparent_bytes = static_cast<std::uint32_t>(2 * number_bytes + view.url.size() + view.etag.size());
    used.url = texts_bytes_;
    used.etag = used.url + text_bytes(view.url);
    texts_bytes_ = used.etag + (view.etag.empty() ? 0 : text_bytes(view.etag));
    // At most one checksum: an etag says more than a time.
    if (!view.etag.empty()) {
      used.form = Form::by_etag;
    } else if (view.last_modified_s != 0) {
      used.form = Form::by_time;
      used.last_modified_s = static_cast<std::uint32_t>(view.last_modified_s);
    }
    used_locations_.push_back(location);
  }

  // ---- The payload ----

  void put_head(WireStream& out) const {
    out.put_offset_to(manifest_at);
    out.put_bytes(as_bytes("Ichk"));
    out.put_all<std::uint16_t>(manifest_vtable);
    out.put_all<std::uint16_t>(array_vtable);
    for (const VtableEntries& vtable : form_vtables) out.put_all(vtable);
    out.put_table_of(manifest_vtable_at);
    out.put_bytes(id_.bytes);
    out.put_offset_to(arrays_at);
    constexpr std::uint8_t no_dictionary = 0;
    out.put(no_dictionary);
    out.pad(number_bytes);
    out.put(std::uint32_t{1});
    out.put_offset_to(array_at);
    out.put_table_of(array_vtable_at);
    out.put_bytes(node_.bytes);
    out.put_offset_to(refs_at);
  }

  void put_list(WireStream& out) {
    out.put(static_cast<std::uint32_t>(count_));
    std::uint64_t record = records_at_;
    rows_.for_each([&](std::size_t row) {
      out.put_offset_to(record);
      record += record_bytes(row);
    });
    out.pad(sizeof(std::uint64_t));
  }

  void put_record(WireStream& out, std::size_t row) {
    const Form form = form_of(row);
    const std::uint64_t begin = out.position();
    const std::uint64_t index_at = begin + table_bytes(form);
    out.put_table_of(form_vtable_at(static_cast<std::size_t>(form)));
    out.put_offset_to(index_at);
    if (form == Form::inlined) {
      out.put_offset_to(index_at + index_bytes_);
    } else {
      out.put(table_.offset(row));
      out.put(table_.length(row));
      if (form == Form::native) {
        out.put_bytes(table_.chunk_id(row).bytes);
      } else {
        put_source(out, source(row));
      }
    }
    put_index(out, row);
    if (form == Form::inlined) {
      out.put(static_cast<std::uint32_t>(table_.length(row)));
      out.put_bytes(table_.inlined(row));
    }
    out.pad(sizeof(std::uint64_t));
  }

  void put_source(WireStream& out, const Source& source) const {
    out.put_offset_to(texts_at_ + source.url);
    if (source.form == Form::by_etag) out.put_offset_to(texts_at_ + source.etag);
    if (source.form == Form::by_time) out.put(source.last_modified_s);
  }

  void put_index(WireStream& out, std::size_t row) const {
    out.put(static_cast<std::uint32_t>(table_.rank()));
    out.put_all(table_.index(row));
  }

  void put_texts(WireStream& out) const {
    for (const std::uint32_t location : used_locations_) {
      const LocationTable::View view = table_.locations()[location];
      put_text(out, view.url);
      if (!view.etag.empty()) put_text(out, view.etag);
    }
  }

  static void put_text(WireStream& out, std::string_view text) {
    out.put(static_cast<std::uint32_t>(text.size()));
    out.put_bytes(as_bytes(text));
    out.put(std::uint8_t{0});
    out.pad(number_bytes);
  }

  const ManifestId& id_;
  const NodeId& node_;
  const RefRows& rows_;
  const RefTable& table_;
  const std::uint64_t index_bytes_;
  std::uint32_t first_source_ = 0;
  std::vector<Source> sources_;  ///< of the locations from first_source_ on
  std::vector<std::uint32_t> used_locations_;
  std::uint64_t count_ = 0;
  std::uint64_t apparent_bytes_ = 0;
  std::uint64_t records_bytes_ = 0;
  std::uint64_t texts_bytes_ = 0;
  std::uint64_t records_at_ = 0;
  std::uint64_t texts_at_ = 0;
};

}  // namespace

Result<Bytes> encode_manifest(const ManifestId& id, const NodeId& node, const RefRows& rows) {
  Encoder encoder(id, node, rows);
  VDP_TRY(encoder.check_size());
  return encoder.encode();
}

Result<Bytes> encode_manifest(const ManifestId& id, const NodeId& node, const RefTable& refs) {
  return encode_manifest(id, node, RefRows(refs));
}

}  // namespace vdp::icechunk
